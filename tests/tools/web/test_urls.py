import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.tools.web.hosts import canonical_host
from clew.tools.web.urls import canonical_url, redirected_url


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://Example.COM", "http://example.com/"),
        ("https://example.com:443/a#part", "https://example.com/a"),
        ("https://example.com:80/", "https://example.com:80/"),
        ("http://example.com:080/", "http://example.com/"),
        ("http://example.com:", "http://example.com/"),
        ("http://example.com./a", "http://example.com/a"),
        ("  https://example.com/a \n", "https://example.com/a"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://BÜCHER.example/", "https://xn--bcher-kva.example/"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("https://my_shop.example/", "https://my_shop.example/"),
        ("https://my_shop.bücher.example/", "https://my_shop.xn--bcher-kva.example/"),
        ("https://example.com/a/./b/../c", "https://example.com/a/c"),
        ("https://example.com/a/%2e%2E/c", "https://example.com/c"),
        ("https://example.com/../..", "https://example.com/"),
        ("https://example.com/a/..", "https://example.com/"),
        ("https://example.com/a//b/", "https://example.com/a//b/"),
        ("https://example.com/%7euser/%c3%a9", "https://example.com/~user/%C3%A9"),
        ("https://example.com/100%", "https://example.com/100%25"),
        ("https://example.com/a b", "https://example.com/a%20b"),
        (r"https://example.com\a\b?c=\d", "https://example.com/a/b?c=%5Cd"),
        ("https://example.com?q=1", "https://example.com/?q=1"),
        ("https://example.com/?", "https://example.com/"),
        ("https://example.com/?b=2&a=1", "https://example.com/?b=2&a=1"),
        ("https://example.com/?q=a+b%20c", "https://example.com/?q=a+b%20c"),
        ("https://example.com/?a&b=", "https://example.com/?a&b="),
        ("https://example.com/?utm_source=x&id=7&UTM_Medium=y", "https://example.com/?id=7"),
        ("https://example.com/?gclid=1&fbclid=2", "https://example.com/"),
        # These only look like trackers: they choose the page.
        (
            "https://example.com/?reference=4&source=arxiv&gallery=2&uid=9",
            "https://example.com/?reference=4&source=arxiv&gallery=2&uid=9",
        ),
        ("http://[2606:4700:0:0::1]:80/", "http://[2606:4700::1]/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://017700000001/", "http://127.0.0.1/"),
        ("http://１２７。０.０.１/", "http://127.0.0.1/"),
        ("http://%31%32%37.0.0.1/", "http://127.0.0.1/"),
        ("http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
    ],
)
def test_an_address_has_one_spelling(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,<p>hello",
        "http:/example.com",
        "http:example.com",
        "http://",
        "http:///path",
        "http://:80/",
        "http://user@example.com/",
        "http://user:secret@example.com/",
        "http://example.com:port/",
        "http://example.com:0/",
        "http://example.com:65536/",
        "http://example.com:-1/",
        "http://example.com:8٠/",
        "http://exa mple.com/",
        "http://exa\nmple.com/",
        "http://example.com/\x00",
        "http://example..com/",
        "http://.example.com/",
        "http://" + "a" * 64 + ".com/",
        "http://" + "a." * 127 + "com/",
        "http://" + "ü" * 300 + ".com/",
        "http://1.2.3.4.5/",
        "http://1.2.3.256/",
        "http://256.1/",
        "http://4294967296/",
        "http://example.1/",
        "http://0xg.1/",
        "http://09.1.1.1/",
        "http://[::1/",
        "http://::1/",
        "http://[fe80::1%25eth0]/",
        "http://[127.0.0.1]/",
        "http://[::1]]/",
        "http://exam<ple.com/",
        "http://example.com%2f@127.0.0.1/",
        "http://%ff.com/",
        "https://example.com/" + "a" * 8_000,
        "https://example.com/" + "é" * 4_000,
    ],
)
def test_what_is_no_address_of_the_web_is_said_to_be_none(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        canonical_url(url)


@given(st.text(max_size=60), st.text(max_size=40), st.text(max_size=40))
def test_any_text_has_a_stable_spelling_or_none(host: str, path: str, query: str) -> None:
    for url in (host, f"http://{host}/{path}?{query}", f"https://example.com/{path}?{query}"):
        try:
            canonical = canonical_url(url)
        except ValueError:
            continue
        assert canonical.isascii()
        assert canonical.isprintable()
        assert " " not in canonical
        assert canonical_url(canonical) == canonical


@given(st.from_regex(r"\A[0-9a-fx.]{1,30}\Z"))
def test_any_number_is_four_decimal_ones_or_none(host: str) -> None:
    try:
        canonical = canonical_host(host)
    except ValueError:
        return
    last = host.removesuffix(".").rsplit(".", 1)[-1]
    if last.isdigit():
        assert len([int(part) for part in canonical.split(".")]) == 4
    assert canonical_host(canonical) == canonical


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", "https://example.com/b"),
        ("b?x=1", "https://example.com/a/b?x=1"),
        ("?x=1", "https://example.com/a/index?x=1"),
        ("//other.example/c", "https://other.example/c"),
        ("http://other.example", "http://other.example/"),
        (r"\\other.example\c", "https://other.example/c"),
        ("/über", "https://example.com/%C3%BCber"),
        ("#top", "https://example.com/a/index"),
    ],
)
def test_redirects_lead_where_they_say(location: str, target: str) -> None:
    assert redirected_url("https://example.com/a/index", location) == target


@pytest.mark.parametrize("location", ["ftp://example.com/", "mailto:a@b.example", "http://[::1"])
def test_redirects_out_of_the_web_lead_nowhere(location: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        redirected_url("https://example.com/", location)
