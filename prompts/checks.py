"""What a prompt of the user's own must keep of the built-in one that it replaces."""

from collections.abc import Sequence

from .parsing import PromptFile, Turn, did_you_mean, problem


def check_override(own: PromptFile, built_in: PromptFile) -> None:
    """Check the head of a prompt against that of the built-in prompt.

    Raises:
        SettingsError: If it declares a variable that it will not be given, or continues another
            prompt.
    """
    for name in own.variables:
        if name not in built_in.variables:
            known = (
                did_you_mean(name, built_in.variables)
                if built_in.variables
                else "it has none, write  variables = []"
            )
            raise problem(own.path, f"there is no variable {name} in this prompt: {known}")
    if own.continues != built_in.continues:
        remedy = (
            f'write  continues = "{built_in.continues}"  in the head'
            if built_in.continues
            else "take  continues  out of the head"
        )
        raise problem(own.path, f"it stands elsewhere in a conversation: {remedy}")


def check_order(file: PromptFile, turns: Sequence[Turn], *, begins: bool) -> None:
    """Check that a conversation can be made of these turns.

    Args:
        file: The prompt.
        turns: Its turns.
        begins: Whether they begin a conversation, and so may have a system turn.

    Raises:
        SettingsError: If a system turn is not the first or must not be there, or if user and
            assistant do not take turns; chat templates of many models refuse such conversations.
    """
    expected = "assistant" if file.continues else "user"
    for position, turn in enumerate(turns):
        if turn.role == "system" and begins and position == 0:
            continue
        if turn.role != expected:
            raise problem(
                file.path,
                f"this section is headed  # {turn.role}  where  # {expected}  must stand: "
                "user and assistant take turns"
                + (
                    ", after one system section at most" if begins else ", without a system section"
                ),
                line=turn.line - 1,
            )
        expected = "assistant" if expected == "user" else "user"
