"""What failed requests mean, and what to do about them."""

import re

from ....errors import ModelUnavailable
from ...models import ModelSettings, Role

_ABOUT_FORMAT = re.compile(
    r"response_format|json_schema|structured.?output|guided|grammar|xgrammar|outlines", re.I
)
_ABOUT_LENGTH = re.compile(
    r"(maximum|max) (context|model|sequence) len|context.?(length|window)|prompt is too long"
    r"|max_model_len|reduce the length",
    re.I,
)
_ABOUT_KEY = re.compile(r"missing credentials|api.key.{0,30}(missing|not set|must be set)", re.I)


def is_about_format(error: Exception) -> bool:
    """Whether a server refused a request because it cannot constrain its output."""
    return bool(_ABOUT_FORMAT.search(str(error)))


def is_about_length(error: Exception) -> bool:
    """Whether a server refused a prompt because it does not fit the model's window."""
    return bool(_ABOUT_LENGTH.search(str(error)))


def unavailable(role: Role, settings: ModelSettings, error: Exception) -> ModelUnavailable:
    """Return the error that says which model failed, how, and what to do."""
    where = f" at {' and '.join(settings.api_base)}" if settings.api_base else ""
    return ModelUnavailable(
        f"the language model {settings.model}{where}, asked as {role}, does not answer "
        f"({_reason(error)}); {_remedy(settings, error)}"
    )


def _reason(error: Exception) -> str:
    # LiteLLM puts its own class names before the server's words, and notes on routing behind.
    text = str(error).split("Received Model Group")[0].split("Available Model Group")[0]
    text = re.sub(r"\b(litellm\.)?\w*(Error|Exception|Timeout)\b( - |: )", "", text)
    text = re.sub(r" ssl:<[^>]*>", "", text)
    text = " ".join(text.split()).rstrip(". ")
    return text[:400] or type(error).__name__


def _remedy(settings: ModelSettings, error: Exception) -> str:
    match 401 if _ABOUT_KEY.search(str(error)) else getattr(error, "status_code", None):
        case 401 | 403:
            named = settings.api_key_env or "the variable that LiteLLM reads for that provider"
            return f"put a key that is allowed to ask it into {named}"
        case 404:
            return "ask for a model that is served there (GET /models lists them)"
        case 429:
            return "wait, ask less at once, or name more addresses in api_base"
        case 400 | 422:
            return "change what the settings pass on to it"
    if settings.api_base:
        return "see that the server runs (clew serve-models starts one), then go on or ask again"
    return "see that the provider can be reached, then go on or ask again"
