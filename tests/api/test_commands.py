# SPDX-License-Identifier: MPL-2.0
"""The program's commands, and what they say of a configuration that is wrong."""

import base64
import json
import re
import subprocess

import pytest

COMMANDS = ["serve", "migrate", "token", "check"]


def run(instance, *words, **options):
    return subprocess.run([instance.binary, *words], capture_output=True, text=True, timeout=60,
                          **options)


def test_help_names_every_command(instance):
    for word in ("--help", "help"):
        done = run(instance, word)
        assert done.returncode == 0 and not done.stderr
        for command in COMMANDS:
            assert re.search(rf"^codev {command} ", done.stdout, re.MULTILINE), command
        assert "codev load" not in done.stdout, "a command for codev's own use"


def test_version_is_one_line(instance):
    done = run(instance, "--version")
    assert done.returncode == 0 and not done.stderr
    assert re.fullmatch(r"codev \d+\.\d+\.\d+\n", done.stdout)


@pytest.mark.parametrize("words", [[], ["nothing"], ["--nothing"], ["-x"], ["Serve"], [""]])
def test_an_unknown_command_is_a_usage_error(instance, words):
    done = run(instance, *words)
    assert done.returncode == 2 and not done.stdout
    assert "codev --help" in done.stderr


@pytest.mark.parametrize("command", [*COMMANDS, "load"])
@pytest.mark.parametrize("words", [["--nothing", "x"], ["--config"], ["surplus"], ["-c", "x"]])
def test_an_unknown_option_is_a_usage_error(instance, command, words):
    done = run(instance, command, *words)
    assert done.returncode == 2 and not done.stdout
    assert "codev --help" in done.stderr


def test_the_loader_is_started_by_the_master_alone(instance):
    done = instance.codev("load", "--pool", "main", check=False)
    assert done.returncode == 2
    assert "codev serve" in done.stderr


def test_check_finds_a_sound_installation_fine(instance):
    done = instance.codev("check")
    assert done.returncode == 0
    assert re.search(r"^pool main: \d+ plugins, \d+ routes, \d+ statements: fine$", done.stdout,
                     re.MULTILINE)


def test_the_environment_may_name_the_configuration(instance):
    done = run(instance, "check", env={"CODEV_CONFIG": str(instance.config), "PATH": "/usr/bin"})
    assert done.returncode == 0, done.stderr
    done = run(instance, "check", env={"CODEV_CONFIG": "/nonexistent.xml", "PATH": "/usr/bin"})
    assert done.returncode == 1
    assert "/nonexistent.xml cannot be opened" in done.stderr


# ---- tokens


@pytest.mark.parametrize("words", [
    ["--role", "root"], ["--role", "visitor"], ["--role", ""], ["--ttl", "0"], ["--ttl", "-1"],
    ["--ttl", "x"], ["--ttl", "1.5"], ["--ttl", "2592001"], ["--ttl", "99999999999999999999"],
    ["--subject", ""], ["--subject", "x" * 256], ["--organisation", ""]])
def test_a_token_that_could_not_be_believed_is_not_made(instance, words):
    valid = ["--organisation", "ecole", "--subject", "a", "--role", "staff"]
    done = instance.codev("token", *valid, *words, check=False)
    assert done.returncode == 2 and not done.stdout
    assert words[0] in done.stderr


@pytest.mark.parametrize("missing", ["organisation", "subject", "role"])
def test_a_token_needs_all_three(instance, missing):
    given = {"organisation": "ecole", "subject": "a", "role": "staff"}
    del given[missing]
    words = [word for name, value in given.items() for word in (f"--{name}", value)]
    done = instance.codev("token", *words, check=False)
    assert done.returncode == 2 and f"--{missing}" in done.stderr


def test_a_token_is_one_line(instance):
    done = instance.codev("token", "--organisation", "ecole", "--subject", "Zoé", "--role", "admin")
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", done.stdout, re.ASCII)
    payload = done.stdout.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["sub"] == "Zoé"
    assert claims["exp"] - claims["iat"] == 3600


# ---- configurations that are wrong: the file, the line and what is wanted


@pytest.fixture
def config(instance, tmp_path):
    """Write a changed copy of the instance's configuration."""
    text = instance.config.read_text()

    def write(*changes):
        changed = text
        for old, new in changes:
            pattern = re.compile(old, re.DOTALL)
            assert len(pattern.findall(changed)) == 1, old
            changed = pattern.sub(lambda _: new, changed)
        path = tmp_path / "codev.xml"
        path.write_text(changed)
        return path

    return write


def line_of(path, word):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if word in line:
            return number
    raise AssertionError(f"{word} is not in {path}")


def refused(instance, path, *words, command="check"):
    """The command fails with one sentence that has all the words."""
    done = instance.codev(command, config=path, check=False)
    assert done.returncode == 1, done
    assert not done.stdout
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("codev: ")]
    for word in words:
        assert word in line, line
    assert line[-1] == ".", "a complete sentence"
    return line


@pytest.mark.parametrize("command", ["check", "serve", "migrate"])
def test_an_unknown_element_is_told_with_its_line(instance, config, command):
    path = config(("  <database>", "  <colour>blue</colour>\n  <database>"))
    refused(instance, path, f"{path}:{line_of(path, '<colour>')}: ", "colour", command=command)


@pytest.mark.parametrize("old, new, word", [
    ('workers="8"', 'workers="0"', "workers"), ('workers="8"', 'workers="257"', "workers"),
    ('workers="8"', 'workers="many"', "workers"), ('name="main" ', "", "name"),
    ("<plugin>quotes</plugin>", "", "plugin"), (' issuer="[^"]*"', "", "issuer"),
    ("<key .*</key>", "", "key"), ("<application>.*</application>", "", "application"),
    ('name="main"', 'name="Main Pool"', "name"),
    ("<key ([^>]*)>[^<]*", '<key id="a">key.pem', "key"),
    ('config:1"', 'config:2"', "urn:codev:config:1"),
])
def test_what_the_schema_refuses_is_told_with_its_line(instance, config, old, new, word):
    path = config((old, new))
    line = refused(instance, path, word)
    assert re.match(rf"codev: {re.escape(str(path))}:\d+: ", line)


@pytest.mark.parametrize("number", ["0", "1", "60000"])
def test_what_counts_as_slow_may_be(instance, config, number):
    path = config(("  <pool ", f'  <log slow-request-ms="{number}"/>\n  <pool '))
    assert instance.codev("check", config=path).returncode == 0


@pytest.mark.parametrize("number", ["60001", "-1", "1.5", "1s", "000001", "99999999999"])
def test_what_counts_as_slow_may_not_be(instance, config, number):
    path = config(("  <pool ", f'  <log slow-request-ms="{number}"/>\n  <pool '))
    refused(instance, path, f"{path}:{line_of(path, '<log ')}: ", "/codev/log/@slow-request-ms",
            "from 0 to 60000")


def test_a_document_that_is_cut_is_told_with_its_line(instance, config):
    path = config(("</pool>.*", ""))
    line = refused(instance, path)
    assert re.match(rf"codev: {re.escape(str(path))}:\d+: ", line)


def test_entities_are_refused_in_a_configuration_too(instance, config):
    path = config((r"<codev ", '<!DOCTYPE codev [<!ENTITY e SYSTEM "/etc/passwd">]>\n<codev '))
    refused(instance, path, f"{path}:{line_of(path, 'DOCTYPE')}: ", "DOCTYPE")


def test_a_missing_key_file_is_told(instance, config):
    path = config((r"/key\.pem<", "/missing.pem<"))
    refused(instance, path, "missing.pem", "No such file")


@pytest.mark.parametrize("text", [
    "", "x", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"])
def test_a_file_that_is_no_key_is_told(instance, config, tmp_path, text):
    (tmp_path / "bad.pem").write_text(text)
    path = config((r">[^<]*/key\.pem<", f">{tmp_path}/bad.pem<"))
    refused(instance, path, "bad.pem")


def test_a_key_of_another_kind_is_told(instance, config, tmp_path):
    subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048",
                    "-out", str(tmp_path / "rsa.pem")], check=True, capture_output=True)
    path = config((r">[^<]*/key\.pem<", f">{tmp_path}/rsa.pem<"))
    refused(instance, path, "rsa.pem", "RSA")


def test_a_sockets_path_that_is_too_long_is_told_with_its_line(instance, config):
    path = config(('socket="[^"]*"', f'socket="/{"x" * 107}"'))
    line = refused(instance, path, f"{path}:{line_of(path, 'xxx')}: ", "107")
    assert "socket" in line


def test_a_sockets_directory_that_is_missing_is_told(instance, config, tmp_path):
    path = config(('socket="[^"]*"', 'socket="/nonexistent/main.sock"'))
    refused(instance, path, "/nonexistent/main.sock", command="serve")


@pytest.mark.parametrize("command", ["check", "serve"])
def test_a_plugin_that_is_missing_is_told(instance, config, tmp_path, command):
    socket = ('socket="[^"]*"', f'socket="{tmp_path}/s"')
    path = config(("<plugin>quotes</plugin>", "<plugin>nothing</plugin>"), socket)
    refused(instance, path, "The plugin “nothing” is refused", "nothing.so", command=command)


def test_a_file_that_is_no_plugin_is_told(instance, config, tmp_path):
    (tmp_path / "quotes.so").write_text("no plugin")
    path = config(("<plugin-directory>[^<]*", f"<plugin-directory>{tmp_path}"))
    refused(instance, path, "The plugin “quotes” is refused", "quotes.so")


def test_a_plugin_of_another_name_is_told(instance, config, tmp_path):
    plugins = instance.setting("plugin-directory")
    (tmp_path / "contact.so").symlink_to(f"{plugins}/quotes.so")
    path = config(("<plugin-directory>[^<]*", f"<plugin-directory>{tmp_path}"),
                  ("<plugin>quotes<", "<plugin>contact<"))
    refused(instance, path, "The plugin “contact” is refused", "“quotes”")


def test_a_database_that_is_away_is_told_by_check(instance, config, tmp_path):
    path = config(("<application>[^<]*", f"<application>host={tmp_path} dbname=codev user=codev"))
    refused(instance, path, "database")


def test_a_database_that_is_away_is_told_by_migrate(instance, config, tmp_path):
    path = config(("<owner>[^<]*", f"<owner>host={tmp_path} dbname=codev user=codev_owner"))
    refused(instance, path, "The database cannot be reached", command="migrate")


def test_migrating_without_an_owner_is_told(instance, config):
    path = config(("<owner>[^<]*</owner>", ""))
    refused(instance, path, "owner", command="migrate")


@pytest.mark.parametrize("command", ["check", "serve", "migrate", "token"])
def test_a_configuration_that_is_missing_is_told(instance, tmp_path, command):
    words = {"token": ["--organisation", "a", "--subject", "b", "--role", "staff"]}
    done = instance.codev(command, *words.get(command, []), config=tmp_path / "none.xml",
                          check=False)
    assert done.returncode == 1
    assert f"{tmp_path}/none.xml cannot be opened" in done.stderr
