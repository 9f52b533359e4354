"""The critics by name, and what each is built from."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ...errors import SettingsError
from ...graphs.protocols import Critic
from ..models import Role, critic_names

if TYPE_CHECKING:
    from ...tools.corpus.encoder import Encoder
    from ..networks.network import Network
    from ..settings import Settings
    from .served_model import ServedModel


class Materials(NamedTuple):
    """What critics are built from.

    Attributes:
        settings: The settings.
        encoder: Loads the text encoder; raises `ModelUnavailable`.
        network: Loads the trained network of a kind; None where there is none.
    """

    settings: "Settings"
    encoder: "Callable[[], Encoder]"
    network: "Callable[[str], Network | None]"


BuildCritic = Callable[[Materials], Critic]


def _support(materials: Materials) -> Critic:
    from .support import SupportCritic

    return SupportCritic(materials.encoder())


def _reward(materials: Materials) -> Critic:
    from .reward import RewardCritic

    network = materials.network("reward")
    return RewardCritic(network) if network else _support(materials)


def _served(materials: Materials, role: Role) -> "ServedModel":
    from .served_model import ServedModel

    return ServedModel(role, materials.settings.model_of(role))


def _served_steps(materials: Materials) -> Critic:
    from .served_steps import ServedStepsCritic

    return ServedStepsCritic(_served(materials, "reward"), tag=materials.settings.step_tag)


def _served_outcome(materials: Materials) -> Critic:
    from .served_outcome import ServedOutcomeCritic

    return ServedOutcomeCritic(_served(materials, "reward"))


def _implicit(materials: Materials) -> Critic:
    from .implicit import ImplicitCritic

    return ImplicitCritic(_served(materials, "reward"), _served(materials, "reference"))


def _likelihood_ratio(materials: Materials) -> Critic:
    from .likelihood_ratio import LikelihoodRatioCritic

    return LikelihoodRatioCritic(_served(materials, "reward"), _served(materials, "reference"))


def _follow_up(materials: Materials) -> Critic:
    from .follow_up import FollowUpCritic

    return FollowUpCritic(_served(materials, "critic"))


def _generative(materials: Materials) -> Critic:
    from ...prompts.loader import load_prompts
    from .generative import GenerativeCritic

    settings = materials.settings
    return GenerativeCritic(
        settings.model_of("critic"),
        prompts=load_prompts(settings.prompts),
        may_search=settings.effort != "quick",
        seed=settings.seed,
    )


_CRITICS: dict[str, BuildCritic] = {
    "support": _support,
    "reward": _reward,
    "served_steps": _served_steps,
    "served_outcome": _served_outcome,
    "implicit": _implicit,
    "likelihood_ratio": _likelihood_ratio,
    "follow_up": _follow_up,
    "generative": _generative,
}


def register_critic(name: str, build: BuildCritic) -> None:
    """Make a critic available by a name; one taken before now means this critic.

    Raises:
        SettingsError: If the name holds a plus sign, which joins names.
    """
    if "+" in name:
        raise SettingsError(f"a critic cannot be named {name!r}: the plus sign joins critics")
    _CRITICS[name] = build


def check_critic(settings: "Settings") -> None:
    """Raise `SettingsError` where the settings name what is no critic, or no way to shape one."""
    from .shaping import check_shapings

    names = critic_names(settings.critic)
    for name in names:
        if name not in _CRITICS:
            known = ", ".join(sorted(_CRITICS))
            raise SettingsError(f"no critic is named {name!r}; there is: {known}")
    if len(set(names)) < len(names):
        raise SettingsError(f"critic = {settings.critic!r} names one twice")
    check_shapings(settings.critic_shaping)


def build_critic(materials: Materials) -> Critic:
    """Return the critic that the settings name, with its shaping.

    Raises:
        SettingsError: If what it needs is not named.
        ModelUnavailable: If a model cannot be loaded.
    """
    from .agreement import AgreeingCritics
    from .shaping import shaped

    check_critic(materials.settings)
    critics = [_CRITICS[name](materials) for name in critic_names(materials.settings.critic)]
    critic = critics[0] if len(critics) == 1 else AgreeingCritics(critics)
    return shaped(critic, materials.settings.critic_shaping)
