"""Addresses of pages in one spelling each.

`courlan`, which comes with trafilatura, was considered: it takes every parameter that starts with
``ref``, ``source``, ``ga`` or ``uid`` for a tracker, reorders what is left and keeps fragments,
so that what it returns may be another page than the one that was meant.
"""

import re
from urllib.parse import quote, unquote_to_bytes, urljoin

from .hosts import canonical_host

_LONGEST = 8_000  # characters; RFC 9110, section 4.1, asks servers to take so many
_PARTS = re.compile(r"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.DOTALL)
_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]*))?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE = "%/:?@!$&'()*+,;=[]|^"

# Parameters that say how a reader came, never what is read.
_TRACKING = frozenset(
    """
    _branch_match_id _bta_c _bta_tid _ga _gl _hsenc _hsmi _ke _openstat action_object_map
    action_ref_map action_type_map dclid epik fb_action_ids fb_action_types fb_ref fb_source
    fbclid gbraid gclid gclsrc hsa_acc hsa_ad hsa_cam hsa_grp hsa_kw hsa_mt hsa_net hsa_src
    hsa_tgt hsa_ver hsctatracking igsh igshid li_fat_id mc_cid mc_eid mkt_tok ml_subscriber
    ml_subscriber_hash msclkid oly_anon_id oly_enc_id rb_clickid s_kwcid srsltid ttclid twclid
    vero_conv vero_id wbraid wickedid yclid ymclid ysclid
    """.split()
)
_TRACKING_PREFIXES = ("utm_", "mtm_", "matomo_", "pk_campaign", "pk_kwd", "piwik_", "__hs")


def canonical_url(url: str) -> str:
    """Return the one spelling of an address, which still leads to the same page.

    Scheme and host come in lower case and ASCII, escapes as RFC 3986 (section 6.2.2) has them,
    without dot segments, the scheme's default port, the fragment, and parameters that only tell
    where a reader came from. The order of the others stays, for a server may care.

    Args:
        url: An http or https address, absolute.

    Returns:
        The address, in printable ASCII; canonical addresses return as they are.

    Raises:
        ValueError: It is no such address, is over-long, or carries a user name or a password,
            which only serve to disguise the host.
    """
    trimmed = url.strip()
    if len(trimmed) > _LONGEST:
        raise ValueError(f"the address is longer than {_LONGEST:,} characters")
    if _UNWRITABLE.search(trimmed):
        raise ValueError("the address contains control characters or half characters")
    parts = _PARTS.fullmatch(_lowered_scheme(_with_slashes(trimmed)))
    if parts is None:
        raise ValueError("the address does not start with http:// or https://")
    scheme, authority, path, query = parts.groups(default="")
    kept = "&".join(item for item in query.split("&") if item and not _is_tracking(item))
    canonical = (
        f"{scheme}://{_authority(scheme, authority)}{_without_dots(_escaped(path))}"
        + f"?{_escaped(kept)}" * bool(kept)
    )
    if len(canonical) > _LONGEST:
        raise ValueError(f"the address, escaped, is longer than {_LONGEST:,} characters")
    return canonical


def redirected_url(url: str, location: str) -> str:
    """Return where a redirect from a canonical address leads, in canonical form.

    Args:
        url: The address that answered with a redirect.
        location: What it says in its ``Location``, absolute or relative.

    Raises:
        ValueError: It leads to no http or https address.
    """
    return canonical_url(urljoin(url, _with_slashes(location.strip())))


def _with_slashes(url: str) -> str:
    """Turn backslashes before the query into slashes, as every browser does."""
    before, mark, after = url.partition("?")
    return before.replace("\\", "/") + mark + after


def _lowered_scheme(url: str) -> str:
    scheme, colon, rest = url.partition(":")
    return scheme.lower() + colon + rest


def _authority(scheme: str, authority: str) -> str:
    if "@" in authority:
        raise ValueError("the address carries a user name before its host; leave it out")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None or not parts[1]:
        raise ValueError(f"the address has no usable host: {authority[:100]!r}")
    host = canonical_host(parts[1])
    port = int(parts[2] or _DEFAULT_PORTS[scheme])
    if not 0 < port < 65_536:
        raise ValueError(f"there is no port {parts[2][:20]}")
    return host if port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"


def _is_tracking(item: str) -> bool:
    name = item.partition("=")[0].lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _escaped(text: str) -> str:
    quoted = quote(_LONE_PERCENT.sub("%25", text), safe=_SAFE)
    return _ESCAPE.sub(_canonical_escape, quoted)


def _canonical_escape(escape: re.Match[str]) -> str:
    byte = unquote_to_bytes(escape[0])
    return byte.decode("ascii") if byte[0] in _UNRESERVED else escape[0].upper()


def _without_dots(path: str) -> str:
    """Resolve ``.`` and ``..`` (RFC 3986, section 5.2.4)."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
