# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A tray without a screen: the StatusNotifierWatcher, and what a panel reads of the items in it."""

import agentcase
from gi.repository import Gio, GLib

WATCHER = "org.kde.StatusNotifierWatcher"
WATCHER_PATH = "/StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
ITEM_PATH = "/StatusNotifierItem"
MENU = "com.canonical.dbusmenu"

WATCHER_XML = f"""<node><interface name="{WATCHER}">
  <method name="RegisterStatusNotifierItem"><arg name="service" type="s" direction="in"/></method>
  <property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
</interface></node>"""


class Item:
    """An item of a menu, as it is drawn."""

    def __init__(self, layout):
        self.id, self.properties, children = layout
        self.children = [Item(child) for child in children]
        self.label = self.properties.get("label", "").replace("__", "_")
        self.enabled = self.properties.get("enabled", True)

    def labels(self):
        return [child.label for child in self.children if "type" not in child.properties]

    def find(self, start):
        """The child whose label begins like that."""
        return next(child for child in self.children if child.label.startswith(start))

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()


class Tray:
    def __init__(self, bus, refuses=False, has_host=True):
        self.connection = bus.connect()
        self.refuses = refuses
        self.has_host = has_host
        self.items = []  # bus names, in the order they came
        self.shown = set()  # those of them whose icons are there: until the name goes, as in any tray
        self.signals = []  # (name, arguments) of what items have told
        info = Gio.DBusNodeInfo.new_for_xml(WATCHER_XML)
        self.connection.register_object(WATCHER_PATH, info.interfaces[0], self._on_call,
                                        lambda *_: GLib.Variant("b", self.has_host), None)
        self.connection.signal_subscribe(
            None, ITEM, None, ITEM_PATH, None, Gio.DBusSignalFlags.NONE,
            lambda *args: self.signals.append((args[4], args[5].unpack())))
        self.menu_signals = []
        self.connection.signal_subscribe(
            None, MENU, None, None, None, Gio.DBusSignalFlags.NONE,
            lambda *args: self.menu_signals.append((args[4], args[5].unpack())))
        Gio.bus_own_name_on_connection(
            self.connection, WATCHER, Gio.BusNameOwnerFlags.NONE, None, None)
        bus.wait_for_name(WATCHER)

    def _on_call(self, connection, sender, path, interface, method, arguments, invocation):
        if self.refuses:
            invocation.return_dbus_error("org.freedesktop.DBus.Error.LimitsExceeded", "full")
            return
        name, = arguments.unpack()
        self.items.append(name)
        self.shown.add(name)
        connection.signal_subscribe(
            "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged", "/org/freedesktop/DBus", name,
            Gio.DBusSignalFlags.NONE, lambda *args: args[5].unpack()[2] or self.shown.discard(name))
        invocation.return_value(None)

    def set_host(self, has_host):
        """Who shows the icons comes or goes; who collects them stays."""
        self.has_host = has_host
        name = "StatusNotifierHost" + ("Registered" if has_host else "Unregistered")
        self.connection.emit_signal(None, WATCHER_PATH, WATCHER, name, None)

    def close(self):
        """The panel crashes."""
        agentcase.privatebus.close_connection(self.connection)

    def wait_for_item(self, count=1):
        agentcase.wait_until(lambda: len(self.items) >= count, "an icon in the tray")
        return self.items[-1]

    def call(self, interface, method, arguments=None, path=ITEM_PATH):
        try:
            return self.connection.call_sync(
                self.items[-1], path, interface, method, arguments, None,
                Gio.DBusCallFlags.NO_AUTO_START, int(agentcase.ANSWER * 1000),
                None).unpack()
        finally:
            # the signals that came before the answer
            while GLib.MainContext.default().iteration(False):
                pass

    def get(self, name):
        return self.call("org.freedesktop.DBus.Properties", "Get",
                         GLib.Variant("(ss)", (ITEM, name)))[0]

    def get_all(self):
        return self.call("org.freedesktop.DBus.Properties", "GetAll", GLib.Variant("(s)", (ITEM,)))[0]

    def click(self, token=None):
        if token is not None:
            self.call(ITEM, "ProvideXdgActivationToken", GLib.Variant("(s)", (token,)))
        self.call(ITEM, "Activate", GLib.Variant("(ii)", (17, 17)))

    def call_menu(self, method, signature, *arguments):
        return self.call(MENU, method, GLib.Variant(signature, arguments), self.get("Menu"))

    def menu(self, *labels, parent=0, depth=-1):
        """The menu, or what stands below the labels that begin like that."""
        _, layout = self.call_menu("GetLayout", "(iias)", parent, depth, [])
        item = Item(layout)
        for label in labels:
            item = item.find(label)
        return item

    def open_menu(self, *labels):
        """What a panel does before it shows it."""
        self.call_menu("AboutToShow", "(i)", 0)
        return self.menu(*labels)

    def choose(self, *labels):
        item = self.open_menu(*labels)
        assert item.enabled
        self.call_menu("Event", "(isvu)", item.id, "clicked", GLib.Variant("i", 0), 0)

    def wait_for_menu(self, labels):
        agentcase.wait_until(lambda: self.menu().labels() == labels, f"{labels} in the menu")

    def wait_for(self, after=0, **properties):
        """Waits until the item shows that, which it need not do in the first @after seconds."""
        agentcase.wait_until(
            lambda: all(self.get(name) == value for name, value in properties.items()),
            lambda: f"{properties} in the tray, and not {[self.get(name) for name in properties]}",
            after + agentcase.privatebus.DEADLINE)
