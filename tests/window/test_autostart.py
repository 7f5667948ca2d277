# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""One switch lets Keyfob start at login, and nothing is left of it when it is off again."""

import configparser
import os
import pathlib
import re
import shutil
import time

import desktop
import sandbox
import tap
from gi.repository import Gio, GLib
from window import MINUTE, WindowCase, host

TITLE = "Start with the session"


class AutostartCase(WindowCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(os.environ["XDG_CONFIG_HOME"], "autostart")
        self.entry = self.folder / "org.keyfob.Keyfob.Agent.desktop"
        self.addCleanup(self.remove_folder)

    def remove_folder(self):
        if self.folder.is_dir():
            shutil.rmtree(self.folder)
        else:
            self.folder.unlink(missing_ok=True)


class StartAtLogin(AutostartCase):
    def open_preferences(self):
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        self.press_keys("ctrl+comma")
        self.app.wait_for(TITLE)

    def is_on(self):
        switch = self.app.find_button(TITLE)
        return switch is not None and switch.has_state(desktop.Atspi.StateType.CHECKED)

    def test_on_and_off(self):
        self.open_preferences()
        self.assertFalse(self.is_on())
        self.app.press(TITLE)
        desktop.wait_for(self.entry.exists, "the entry")
        entry = configparser.ConfigParser(interpolation=None)
        entry.read(self.entry)
        self.assertRegex(entry["Desktop Entry"]["Exec"], r"^/.*/keyfob-agent --start$")
        self.assertEqual(entry["Desktop Entry"]["TryExec"] + " --start", entry["Desktop Entry"]["Exec"])
        desktop.wait_for(self.is_on, "the switch")
        self.app.press(TITLE)
        desktop.wait_for(lambda: not self.folder.exists(), "nothing to be left")

    def test_as_the_desktop_has_it(self):
        self.folder.mkdir()
        self.entry.write_text("[Desktop Entry]\nType=Application\nName=Keyfob\n")
        self.open_preferences()
        desktop.wait_for(self.is_on, "the switch to be on")

    def test_switched_off_by_the_desktop(self):
        self.folder.mkdir()
        self.entry.write_text("[Desktop Entry]\nType=Application\nName=Keyfob\nHidden=true\n")
        self.open_preferences()
        self.assertFalse(self.is_on())
        self.app.press(TITLE)
        desktop.wait_for(lambda: "Hidden" not in self.entry.read_text(), "the entry to be on")

    def test_cannot_be_written(self):
        self.folder.write_text("no folder")
        self.open_preferences()
        self.app.press(TITLE)
        self.app.wait_text("^It cannot be changed: ")
        desktop.wait_for(lambda: not self.is_on(), "the switch to be off again")
        self.picture("autostart-failed")


def serve(case, name, path, xml, on_call=None, on_get=None):
    """Puts an object on the bus, until the test is over."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    for interface in Gio.DBusNodeInfo.new_for_xml(xml).interfaces:
        case.addCleanup(bus.unregister_object, bus.register_object(path, interface, on_call, on_get, None))
    case.addCleanup(Gio.bus_unown_name, Gio.bus_own_name_on_connection(
        bus, name, Gio.BusNameOwnerFlags.NONE, None, None))
    return bus


def serve_flatpak(case):
    """What any sandbox of Flatpak can see: since version 4.18 GTK warns where it is missing."""
    serve(case, "org.freedesktop.portal.Flatpak", "/org/freedesktop/portal/Flatpak", """<node>
      <interface name="org.freedesktop.portal.Flatpak"><property name="version" type="u" access="read"/></interface>
    </node>""", on_get=lambda *_: GLib.Variant("u", 6))


class Portal:
    """What grants a program in a sandbox, or does not, that it is started at login.

    GTK asks it to tell of the end of the session, too.
    """

    NAME = "org.freedesktop.portal.Desktop"
    PATH = "/org/freedesktop/portal/desktop"
    XML = """<node><interface name="org.freedesktop.portal.Background">
      <method name="RequestBackground">
        <arg type="s" name="parent_window" direction="in"/><arg type="a{sv}" name="options" direction="in"/>
        <arg type="o" name="handle" direction="out"/>
      </method>
    </interface>
    <interface name="org.freedesktop.portal.Inhibit">
      <method name="CreateMonitor">
        <arg type="s" name="window" direction="in"/><arg type="a{sv}" name="options" direction="in"/>
        <arg type="o" name="handle" direction="out"/>
      </method>
    </interface></node>"""

    def __init__(self, case):
        self.asked = []
        self.response = 0
        self.grants = True
        self.bus = serve(case, self.NAME, self.PATH, self.XML, self._on_call)

    def _on_call(self, bus, sender, path, interface, method, arguments, invocation):
        _, options = arguments.unpack()
        client = sender[1:].replace(".", "_")
        if method == "CreateMonitor":
            token = options["session_handle_token"]
            invocation.return_value(GLib.Variant("(o)", (f"{self.PATH}/session/{client}/{token}",)))
            return

        self.asked.append(options)
        handle = f"{self.PATH}/request/{client}/{options['handle_token']}"
        invocation.return_value(GLib.Variant("(o)", (handle,)))
        results = {"background": GLib.Variant("b", True),
                   "autostart": GLib.Variant("b", options["autostart"] and self.grants)}
        bus.emit_signal(sender, handle, "org.freedesktop.portal.Request", "Response",
                        GLib.Variant("(ua{sv})", (self.response, results)))


class InSandbox(StartAtLogin):
    """No desktop looks into the folders of a sandbox: the portal is asked."""

    def start(self, *arguments, **options):
        folder = os.environ["BED_DIR"]
        info = pathlib.Path(folder, "flatpak-info")
        info.write_text(sandbox.INFO)
        serve_flatpak(self)
        program = os.path.dirname(os.environ["KEYFOB"])
        schemas = os.environ["GSETTINGS_SCHEMA_DIR"]
        super().start(*arguments, wrapper=[
            *sandbox.command(folder, str(info)), "--ro-bind", "/etc", "/etc", "--ro-bind", program, program,
            "--ro-bind", schemas, schemas], **options)

    def tearDown(self):
        super().tearDown()
        # the program ends after what has put it into the sandbox
        desktop.wait_for(lambda: not Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
            GLib.Variant("(s)", ("org.keyfob.Keyfob",)), None, Gio.DBusCallFlags.NONE, -1).unpack()[0],
            "the end of the window")

    def open_preferences(self):
        self.portal = Portal(self)
        super().open_preferences()

    def test_on_and_off(self):
        super().test_on_and_off()
        self.assertEqual([options["autostart"] for options in self.portal.asked], [True, False])
        command = self.portal.asked[0]["commandline"]
        self.assertRegex(command[0], "/keyfob-agent$")
        self.assertEqual(command[1:], ["--start"])

    def test_not_granted(self):
        self.open_preferences()
        for count, (response, grants) in enumerate(((0, False), (1, True), (2, True)), start=1):
            with self.subTest(response=response, grants=grants):
                self.portal.response, self.portal.grants = response, grants
                self.app.press(TITLE)
                desktop.wait_for(lambda: len(self.portal.asked) == count, "the portal to be asked")
                self.app.wait_for("It cannot be changed: the desktop does not allow it")
                desktop.wait_for(lambda: not self.is_on(), "the switch to be off again")
                self.assertFalse(self.entry.exists())

    def test_no_portal(self):
        super().open_preferences()
        self.app.press(TITLE)
        self.app.wait_text("^It cannot be changed: ")
        self.assertFalse(self.entry.exists())


class EndsWithTheWindow(AutostartCase):
    """Told once where there is no tray."""

    NOTICE = re.compile("^Keyfob is in no tray here")

    def start_signed_in(self, **options):
        self.start([host("one.example.org", State="signed-in", Account="Alice", left=42 * MINUTE)],
                   agent={"Leaves": True}, **options)

    def test_start_at_login(self):
        self.start_signed_in()
        self.app.wait_for(self.NOTICE)
        self.picture("notice-ends")
        self.app.press("Start with the session")
        desktop.wait_for(self.entry.exists, "the entry")
        self.app.wait_gone(self.NOTICE)

    def test_cannot_be_written(self):
        self.folder.write_text("no folder")
        self.start_signed_in()
        self.app.wait_for(self.NOTICE)
        self.app.press("Start with the session")
        self.app.wait_text("^Keyfob is in no tray here.* kept alive. It cannot be changed: ")
        # the next try
        self.folder.unlink()
        self.app.press("Start with the session")
        self.app.wait_gone(self.NOTICE)
        self.assertTrue(self.entry.exists())

    def test_switched_on_in_the_preferences(self):
        self.start_signed_in()
        self.app.wait_for(self.NOTICE)
        self.press_keys("ctrl+comma")
        self.app.wait_for("Icon in the tray")
        desktop.wait_for(lambda: self.app.find(TITLE, role="check"), "the switch").press()
        self.app.wait_gone(self.NOTICE)
        self.assertTrue(self.entry.exists())

    def test_dismissed_for_good(self):
        self.start_signed_in()
        self.app.wait_for(self.NOTICE)
        self.app.press("Dismiss")
        self.app.wait_gone(self.NOTICE)
        desktop.wait_for(lambda: "background-noticed=true" in self.settings.read_text(), "the setting")
        self.assertFalse(self.entry.exists())

    def test_a_tray_comes(self):
        self.start_signed_in()
        self.app.wait_for(self.NOTICE)
        self.agent.set_agent(Leaves=False)
        self.app.wait_gone(self.NOTICE)

    def test_nobody_is_signed_in(self):
        self.start([host("one.example.org")], agent={"Leaves": True})
        self.app.wait_for("Not signed in")
        self.agent.set_host("one.example.org", State="signed-in", Expires=int(time.time()) + 3600)
        self.app.wait_for(self.NOTICE)


if __name__ == "__main__":
    tap.main()
