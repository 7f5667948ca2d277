# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A Secret Service with one open collection, for the faults that no real one makes when it is asked to:

    secrets = FakeSecrets(bus)         # has no object at aliases/default, as the specification allows
    secrets.silent.add("SearchItems")  # that method is not answered, until secrets.answer()
    secrets.refuses.add("OpenSession")
    secrets.last.add("GetSecrets")     # it leaves the bus when it has been asked for that, until come_back()

Everything else it does well. It runs in a thread of its own, for a test waits for the agent, which
waits for it. Secrets travel in the plain.
"""

import threading

import privatebus
from gi.repository import Gio, GLib

NAME = "org.freedesktop.secrets"
PATH = "/org/freedesktop/secrets"
COLLECTION = PATH + "/collection/only"
SECRET = "org.freedesktop.Secret."

XML = f"""<node>
 <interface name="{SECRET}Service">
  <method name="OpenSession"><arg type="s" direction="in"/><arg type="v" direction="in"/>
   <arg type="v" direction="out"/><arg type="o" direction="out"/></method>
  <method name="SearchItems"><arg type="a{{ss}}" direction="in"/>
   <arg type="ao" direction="out"/><arg type="ao" direction="out"/></method>
  <method name="Unlock"><arg type="ao" direction="in"/>
   <arg type="ao" direction="out"/><arg type="o" direction="out"/></method>
  <method name="GetSecrets"><arg type="ao" direction="in"/><arg type="o" direction="in"/>
   <arg type="a{{o(oayays)}}" direction="out"/></method>
  <method name="ReadAlias"><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
  <property name="Collections" type="ao" access="read"/>
 </interface>
 <interface name="{SECRET}Collection">
  <method name="CreateItem"><arg type="a{{sv}}" direction="in"/><arg type="(oayays)" direction="in"/>
   <arg type="b" direction="in"/><arg type="o" direction="out"/><arg type="o" direction="out"/></method>
  <property name="Items" type="ao" access="read"/>
  <property name="Label" type="s" access="read"/>
  <property name="Locked" type="b" access="read"/>
 </interface>
 <interface name="{SECRET}Item">
  <method name="Delete"><arg type="o" direction="out"/></method>
  <method name="SetSecret"><arg type="(oayays)" direction="in"/></method>
  <property name="Attributes" type="a{{ss}}" access="read"/>
  <property name="Label" type="s" access="read"/>
  <property name="Locked" type="b" access="read"/>
  <property name="Created" type="t" access="read"/>
  <property name="Modified" type="t" access="read"/>
 </interface>
</node>"""


class FakeSecrets:
    def __init__(self, bus):
        self.connection = bus.connect()
        self.silent = set()  # methods
        self.refuses = set()  # methods
        self.refused = 0  # how often
        self.last = set()  # methods
        self.left = 0  # how often
        self.unanswered = []
        self.items = {}  # path → (attributes, value, id of the object)
        self.locked = set()  # paths of items
        self.made = 0
        self.info = Gio.DBusNodeInfo.new_for_xml(XML)
        self.context = GLib.MainContext()
        threading.Thread(target=self._run, daemon=True).start()
        bus.wait_for_name(NAME)

    def _run(self):
        self.context.push_thread_default()
        self._export(PATH, "Service")
        self._export(COLLECTION, "Collection")
        Gio.bus_own_name_on_connection(self.connection, NAME, Gio.BusNameOwnerFlags.NONE, None, None)
        GLib.MainLoop(self.context).run()

    def _export(self, path, interface):
        return self.connection.register_object(
            path, self.info.lookup_interface(SECRET + interface), self._on_call, self._get, None)

    def _get(self, connection, sender, path, interface, name):
        attributes = self.items[path][0] if path in self.items else {}
        return {
            "Collections": GLib.Variant("ao", [COLLECTION]),
            "Items": GLib.Variant("ao", list(self.items)),
            "Label": GLib.Variant("s", "Any"),
            "Locked": GLib.Variant("b", path in self.locked),
            "Attributes": GLib.Variant("a{ss}", attributes),
            "Created": GLib.Variant("t", 0),
            "Modified": GLib.Variant("t", 0),
        }[name]

    def _on_call(self, connection, sender, path, interface, method, arguments, invocation):
        if method in self.silent:
            self.unanswered.append((path, method, arguments, invocation))
            privatebus.wake()
        else:
            self._answer(path, method, arguments.unpack(), invocation)

    def answer(self):
        """Goes on with everything that it was asked meanwhile."""
        source = GLib.Idle()
        source.set_callback(self._answer_all)
        source.attach(self.context)

    def _answer_all(self, _data):
        self.silent.clear()
        unanswered, self.unanswered = self.unanswered, []
        for path, method, arguments, invocation in unanswered:
            self._answer(path, method, arguments.unpack(), invocation)
        return GLib.SOURCE_REMOVE

    def add_locked(self):
        """Makes a locked item beside the only one, for the same host."""
        source = GLib.Idle()
        source.set_callback(self._add_locked)
        source.attach(self.context)

    def _add_locked(self, _data):
        (attributes, value, _), = self.items.values()
        self.locked.add(self._add(attributes, value))
        privatebus.wake()
        return GLib.SOURCE_REMOVE

    def come_back(self):
        self._call_bus("RequestName", GLib.Variant("(su)", (NAME, 0)))

    def _call_bus(self, method, arguments):
        self.connection.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method, arguments, None,
            Gio.DBusCallFlags.NONE, -1, None)

    def _answer(self, path, method, arguments, invocation):
        if method in self.last:
            self.last.clear()
            self._call_bus("ReleaseName", GLib.Variant("(s)", (NAME,)))
            self.left += 1
            privatebus.wake()
        if method in self.refuses:
            self.refused += 1
            invocation.return_dbus_error("org.freedesktop.DBus.Error.AccessDenied", "not you")
        elif method == "OpenSession" and arguments[0] != "plain":
            invocation.return_dbus_error("org.freedesktop.DBus.Error.NotSupported", "plain only")
        elif method == "OpenSession":
            invocation.return_value(GLib.Variant("(vo)", (GLib.Variant("s", ""), PATH + "/session/1")))
        else:
            invocation.return_value(getattr(self, "_" + method)(path, *arguments))

    def _add(self, attributes, value):
        self.made += 1
        item = f"{COLLECTION}/{self.made}"
        self.items[item] = (attributes, value, self._export(item, "Item"))
        return item

    def _SearchItems(self, path, wanted):
        found = [item for item, (attributes, _, _) in self.items.items() if wanted.items() <= attributes.items()]
        return GLib.Variant("(aoao)", ([item for item in found if item not in self.locked],
                                       [item for item in found if item in self.locked]))

    def _Unlock(self, path, objects):
        return GLib.Variant("(aoo)", (objects, "/"))

    def _GetSecrets(self, path, items, session):
        secrets = {item: (session, b"", self.items[item][1], "text/plain") for item in items if item in self.items}
        return GLib.Variant("(a{o(oayays)})", (secrets,))

    def _ReadAlias(self, path, name):
        return GLib.Variant("(o)", (COLLECTION if name == "default" else "/",))

    def _CreateItem(self, path, properties, secret, replace):
        attributes = properties[SECRET + "Item.Attributes"]
        item = next((item for item, kept in self.items.items() if replace and kept[0] == attributes), None)
        if item is None:
            item = self._add(attributes, bytes(secret[2]))
        self.items[item] = (attributes, bytes(secret[2]), self.items[item][2])
        return GLib.Variant("(oo)", (item, "/"))

    def _Delete(self, path):
        self.connection.unregister_object(self.items.pop(path)[2])
        return GLib.Variant("(o)", ("/",))

    def _SetSecret(self, path, secret):
        self.items[path] = (self.items[path][0], bytes(secret[2]), self.items[path][2])
        return None
