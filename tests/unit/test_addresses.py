"""The address of a lab on a server: one form for one lab, no secret in it, and all that is wrong told at once."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.domain.addresses import (
    AddressFault,
    AddressRefusedError,
    ServerAddress,
    UserNameTooLongError,
    address_of,
    is_address,
    place_of,
)
from corelab.ui.address_words import address_words

ROOT = Path("/etc/ssl/my lab/ca@lab.pem")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("postgresql://records.example.org/defiance", ServerAddress("records.example.org", 5432, "defiance")),
        ("postgresql://records.example.org:5433/defiance", ServerAddress("records.example.org", 5433, "defiance")),
        (" PostgreSQL://Records.Example.ORG:5432/defiance\n", ServerAddress("records.example.org", 5432, "defiance")),
        ("postgresql://10.0.0.7/lab_2", ServerAddress("10.0.0.7", 5432, "lab_2")),
        ("postgresql://[::1]:5433/lab", ServerAddress("::1", 5433, "lab")),
        ("postgresql://[2001:DB8:0::7]/lab", ServerAddress("2001:db8::7", 5432, "lab")),
        ("postgresql://db/lab?root=/etc/ssl/my%20lab/ca@lab.pem", ServerAddress("db", 5432, "lab", ROOT)),
        ("postgresql://db/lab?root=/etc/ssl/my lab/ca@lab.pem", ServerAddress("db", 5432, "lab", ROOT)),
    ],
)
def test_an_address_is_read_into_its_one_form(text: str, meant: ServerAddress) -> None:
    assert place_of(text) == meant
    assert address_of(meant.text) == meant


@pytest.mark.parametrize("text", ["lab", "/data/labs/lab 1", "C:\\labs\\lab", "./postgresql", "", "übung/labor"])
def test_anything_else_is_a_folder(text: str) -> None:
    assert place_of(text) == Path(text)
    assert not is_address(text)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("postgres://db/lab", {AddressFault.SCHEME}),
        ("https://db/lab", {AddressFault.SCHEME}),
        ("postgresql:db/lab", {AddressFault.SCHEME}),
        ("postgresql:/db/lab", {AddressFault.SCHEME}),
        ("postgresql://me@db/lab", {AddressFault.SECRET}),
        ("postgresql://db/lab?user=me&password=x", {AddressFault.SECRET}),
        ("postgresql:///lab", {AddressFault.HOST_MISSING}),
        ("postgresql://:5433/lab", {AddressFault.HOST_MISSING}),
        ("postgresql://one,two/lab", {AddressFault.HOST}),
        ("postgresql://10.0.0.700/lab", {AddressFault.HOST}),
        ("postgresql://-db/lab", {AddressFault.HOST}),
        ("postgresql://a db/lab", {AddressFault.HOST}),
        ("postgresql://::1/lab", {AddressFault.HOST}),
        ("postgresql://[10.0.0.7]/lab", {AddressFault.HOST}),
        ("postgresql://[fe80::1%eth0]/lab", {AddressFault.HOST}),
        ("postgresql://[::1/lab", {AddressFault.HOST}),
        ("postgresql://db:/lab", {AddressFault.PORT}),
        ("postgresql://db:0/lab", {AddressFault.PORT}),
        ("postgresql://db:65536/lab", {AddressFault.PORT}),
        ("postgresql://db:five/lab", {AddressFault.PORT}),
        ("postgresql://db:٥٤/lab", {AddressFault.PORT}),
        ("postgresql://db", {AddressFault.DATABASE_MISSING}),
        ("postgresql://db/", {AddressFault.DATABASE_MISSING}),
        ("postgresql://db?root=/ca.pem", {AddressFault.DATABASE_MISSING}),
        ("postgresql://db/Lab", {AddressFault.DATABASE}),
        ("postgresql://db/2lab", {AddressFault.DATABASE}),
        ("postgresql://db/my-lab", {AddressFault.DATABASE}),
        ("postgresql://db/lab/", {AddressFault.DATABASE}),
        ("postgresql://db/" + "l" * 31, {AddressFault.DATABASE}),
        ("postgresql://db/postgres", {AddressFault.DATABASE_OWN}),
        ("postgresql://db/lab?sslmode=disable", {AddressFault.OPTION}),
        ("postgresql://db/lab?root=ca.pem", {AddressFault.ROOT}),
        ("postgresql://db/lab?root=", {AddressFault.ROOT}),
        ("postgresql://db/lab?root=/a.pem&root=/b.pem", {AddressFault.ROOT}),
        (
            "postgres://me:x@-db:port/My-Lab?sslmode=prefer&root=ca",
            {
                AddressFault.SCHEME,
                AddressFault.SECRET,
                AddressFault.HOST,
                AddressFault.PORT,
                AddressFault.DATABASE,
                AddressFault.OPTION,
                AddressFault.ROOT,
            },
        ),
    ],
)
def test_all_that_is_wrong_is_told_at_once(text: str, faults: set[AddressFault]) -> None:
    with pytest.raises(AddressRefusedError) as refused:
        place_of(text)
    assert set(refused.value.what) == faults
    assert len(address_words(refused.value).happened.split("\n")) == (1 if len(faults) == 1 else 1 + len(faults))


def test_the_longest_name_of_a_database_is_one() -> None:
    assert address_of("postgresql://db/" + "l" * 30).database == "l" * 30


@pytest.mark.parametrize("secret", ["hunter2", "hunter2/a", "hunter2?a", "hunter2@a", "hunter2:9", "hunter2#"])
@pytest.mark.parametrize(
    "form", ["postgresql://me:{}@db/lab", "postgresql://{}@DB/Lab", "postgresql://db/lab?password={}&x=1", "pg://u:{}@h/d"]
)
def test_a_password_is_told_but_never_repeated(form: str, secret: str) -> None:
    with pytest.raises(AddressRefusedError) as refused:
        place_of(form.format(secret))
    told = f"{refused.value} {refused.value!r} {refused.value.options} {address_words(refused.value).all}"
    assert AddressFault.SECRET in refused.value.what
    assert "hunter2" not in told


def test_a_known_option_of_other_programs_is_named() -> None:
    with pytest.raises(AddressRefusedError) as refused:
        place_of("postgresql://db/lab?sslmode=disable&hunter2=1")
    assert refused.value.options == ("sslmode",)
    assert "sslmode" in address_words(refused.value).happened


@given(st.text(max_size=80), st.sampled_from(["{}", "postgresql://{}", "postgresql://db/lab?root=/{}", "postgresql://db:{}/lab"]))
def test_whatever_is_typed_is_a_folder_an_address_or_refused(text: str, form: str) -> None:
    with contextlib.suppress(AddressRefusedError):
        place = place_of(form.format(text))
        assert isinstance(place, Path) or address_of(place.text) == place


@pytest.mark.parametrize(
    ("host", "here"),
    [("localhost", True), ("127.0.0.1", True), ("127.9.0.1", True), ("::1", True), ("10.0.0.7", False), ("localhost.example.org", False)],
)
def test_this_machine_is_told_from_others(host: str, *, here: bool) -> None:
    assert ServerAddress(host, 5432, "lab").loopback is here


def test_the_certificate_is_not_part_of_the_label() -> None:
    assert ServerAddress("::1", 5433, "lab", ROOT).label == "postgresql://[::1]:5433/lab"


def test_a_role_is_as_long_as_the_server_keeps_it() -> None:
    address = ServerAddress("db", 5432, "lab")
    assert address.role_of("r" * 59) == "lab." + "r" * 59
    with pytest.raises(UserNameTooLongError) as refused:
        address.role_of("ü" * 30)
    assert refused.value.longest == 59
