# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A real KeePassXC as the keyring of a private bus, with one database, on the X display of bed.sh.

    keepassxc = KeePassXC(bus, confirm=True)
    keepassxc.start()
"""

import base64
import os
import subprocess
import uuid

import privatebus
from desktop import find_x_windows, wait_for, xdotool
from gi.repository import Gio, GLib

SECRETS = "org.freedesktop.secrets"
COLLECTION = "/org/freedesktop/secrets/collection/keyring"
PASSWORD = "test"
ACCESS = "Access Request$"  # title of the question whether a program may read items
UNLOCK = "Unlock Database - KeePassXC$"  # and of the one for the password of the database

# The groups of the database as KeePassXC exports them; the Secret Service shows what is in the inner one.
DATABASE = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<KeePassFile>
  <Meta>
    <Generator>KeePassXC</Generator>
    <DatabaseName>Keyring</DatabaseName>
    <RecycleBinEnabled>True</RecycleBinEnabled>
    <CustomData>
      <Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{{{uuid}}}</Value></Item>
    </CustomData>
  </Meta>
  <Root>
    <Group>
      <UUID>{root}</UUID>
      <Name>Passwords</Name>
      <Group><UUID>{group}</UUID><Name>Keyring</Name></Group>
    </Group>
  </Root>
</KeePassFile>
"""

SETTINGS = """[General]
ConfigVersion=2
OpenPreviousDatabasesOnStartup=false
[FdoSecrets]
Enabled=true
{confirm}
[GUI]
CheckForUpdates=false
[Security]
LockDatabaseScreenLock=false
"""


class KeePassXC:
    def __init__(self, bus, confirm=True):
        """@confirm: as by default, KeePassXC asks before an item is given to a program."""
        self.bus = bus
        self.process = None
        self.database = bus.path("keyring.kdbx")
        self.settings = bus.path("keepassxc.ini")
        with open(self.settings, "w", encoding="utf-8") as out:
            out.write(SETTINGS.format(confirm="" if confirm else "ConfirmAccessItem=false"))
        self._create_database()

    def _create_database(self):
        group = uuid.uuid4()
        source = self.bus.path("keyring.xml")
        with open(source, "w", encoding="utf-8") as out:
            out.write(DATABASE.format(uuid=group, group=base64.b64encode(group.bytes).decode(),
                                      root=base64.b64encode(uuid.uuid4().bytes).decode()))
        subprocess.run(["keepassxc-cli", "import", "-q", "-p", source, self.database], check=True,
                       input=f"{PASSWORD}\n{PASSWORD}\n", text=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, env={**self.bus.env, "QT_QPA_PLATFORM": "offscreen"})

    def start(self, unlocked=True, with_database=True):
        arguments = ["keepassxc", "--config", self.settings, "--localconfig", self.bus.path("keepassxc-local.ini")]
        if unlocked:
            arguments.append("--pw-stdin")
        if with_database:
            arguments.append(self.database)
        log = open(self.bus.path("keepassxc.log"), "ab")
        self.process = self.bus.spawn(
            arguments,
            env=self._environment(),
            stdin=subprocess.PIPE, stdout=log, stderr=log)
        log.close()
        self.process.stdin.write(f"{PASSWORD}\n".encode() if unlocked else b"")
        self.process.stdin.close()
        self.bus.wait_for_name(SECRETS)
        if unlocked:
            # it is on the bus before its database is open
            wait_for(self.is_open, "KeePassXC to open its database")

    def _environment(self):
        # one instance for each user and temporary folder: another test's would be told to open the database
        temporary = self.bus.path("tmp")
        os.makedirs(temporary, mode=0o700, exist_ok=True)
        return {"DISPLAY": os.environ["DISPLAY"], "QT_QPA_PLATFORM": "xcb", "G_DEBUG": "", "TMPDIR": temporary}

    def open_database(self):
        """Has the KeePassXC that runs open its database, locked, as its user does by a double click."""
        other = self.bus.spawn(["keepassxc", self.database], env=self._environment(),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        other.wait(privatebus.DEADLINE)
        wait_for(self.has_collection, "KeePassXC to open its database")

    def export(self):
        """Everything that is in the database on the disk, secrets of the past as well, as XML."""
        return subprocess.run(["keepassxc-cli", "export", "-q", self.database], check=True, input=f"{PASSWORD}\n",
                              text=True, capture_output=True,
                              env={**self.bus.env, "QT_QPA_PLATFORM": "offscreen"}).stdout

    def has_collection(self):
        path, = self.bus.connection.call_sync(
            SECRETS, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service", "ReadAlias",
            GLib.Variant("(s)", ("default",)), None, Gio.DBusCallFlags.NONE, -1, None).unpack()
        return path != "/"

    def is_open(self):
        return self.has_collection() and not self.bus.connection.call_sync(
            SECRETS, COLLECTION, "org.freedesktop.DBus.Properties", "Get",
            GLib.Variant("(ss)", ("org.freedesktop.Secret.Collection", "Locked")), None,
            Gio.DBusCallFlags.NONE, -1, None).unpack()[0]

    def unlock(self):
        """Types the password into the window, as its user does."""
        window = wait_for(lambda: find_x_windows("KeePassXC$"), "the window of KeePassXC")[0]
        xdotool("windowfocus", "--sync", window, "type", PASSWORD)
        xdotool("key", "Return")

    def answer_password(self):
        """Types the password into the question that another program has led to."""
        self.answer(UNLOCK, *PASSWORD, "Return")

    def answer(self, title, *keys):
        """Presses keys in the question with that title; Return is yes, Escape no."""
        window = wait_for(lambda: find_x_windows(title), f"KeePassXC to ask {title}")[0]
        wait_for(lambda: xdotool("getwindowfocus") == window, f"{title} to have the keyboard")
        for key in keys:
            xdotool("key", key)
        wait_for(lambda: not find_x_windows(title), f"{title} to go")

    def stop(self):
        privatebus.end(self.process)
        self.bus.wait_for_name(SECRETS, present=False)
