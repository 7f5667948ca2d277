#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""An agent that stands still in any state that a test of the window wants to look at.

The real agent passes through most states in no time; this one has what its scene says: a JSON file
with the properties of the agent and of its hosts, and what GetClaims ("claims") and TestAccess ("access") of
a host answer, and the state to which SignIn brings it ("after-sign-in"). It speaks the interface of data/ and does the
least that each method promises, unless the test told it to fail or to hold the call. It is driven
by the interface org.keyfob.Test on the same object.
"""

import json
import os
import pathlib
import sys
import time

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME = "org.keyfob.Keyfob.Agent"
ROOT = "/org/keyfob/Keyfob/Agent"
AGENT = "org.keyfob.Keyfob.Agent1"
HOST = "org.keyfob.Keyfob.Host1"

CONTROL = """<node>
  <interface name="org.freedesktop.DBus.ObjectManager">
    <method name="GetManagedObjects">
      <arg name="objects" type="a{oa{sa{sv}}}" direction="out"/>
    </method>
    <signal name="InterfacesAdded">
      <arg name="object" type="o"/>
      <arg name="interfaces" type="a{sa{sv}}"/>
    </signal>
    <signal name="InterfacesRemoved">
      <arg name="object" type="o"/>
      <arg name="interfaces" type="as"/>
    </signal>
  </interface>
  <interface name="org.keyfob.Test">
    <method name="SetScene"><arg name="scene" type="s" direction="in"/></method>
    <method name="SetAgent"><arg name="properties" type="s" direction="in"/></method>
    <method name="SetHost">
      <arg name="name" type="s" direction="in"/>
      <arg name="properties" type="s" direction="in"/>
    </method>
    <method name="Fail">
      <arg name="method" type="s" direction="in"/>
      <arg name="error" type="s" direction="in"/>
      <arg name="sentence" type="s" direction="in"/>
    </method>
    <method name="SetServers"><arg name="servers" type="s" direction="in"/></method>
    <method name="Hold"><arg name="method" type="s" direction="in"/></method>
    <method name="Release"><arg name="method" type="s" direction="in"/></method>
    <method name="Calls"><arg name="calls" type="s" direction="out"/></method>
    <method name="GetPid"><arg name="pid" type="i" direction="out"/></method>
  </interface>
</node>"""

NOT_SIGNING_IN = {"LoginUri": "", "PageVisited": False, "UserCode": "", "VerificationUri": "", "VerificationUriComplete": "",
                  "Provider": "", "Question": "", "SignInExpires": 0}

AGENT_DEFAULTS = {
    "Version": "0.1.0",
    "Store": "keyring",
    "StoreFile": "/home/user/.cache/py-oidc-auth/token-store.json",
    "StoreState": "ready",
    "FileStoreAllowed": True,
    "FoundHosts": [],
    "FoundTokens": [],
    "RemovedHosts": [],
    "Programs": [],
    "ProvidedProblems": [],
    "Notices": [],
    "Leaves": False,
    "Tray": "shown",
    "TokensLocked": False,
    "TokenRequests": [],
    "Permissions": [],
}


CLAIM_TYPES = {"time": "x", "boolean": "b", "list": "as"}


def variant(value):
    """An option as Configure takes it, of the one type that its value can mean."""
    signature = {str: "s", bool: "b", int: "u", list: "aq"}[type(value)]
    return GLib.Variant(signature, value)


class Host:
    def __init__(self, number, properties):
        self.path = f"{ROOT}/hosts/h{number}"
        self.registration = 0
        self.properties = {
            "Url": "https://" + properties.get("Name", "host"), "Name": "", "Options": {}, "Account": "", "Scope": "",
            "Error": "", "ErrorDetails": {}, "State": "signed-out", "Expires": 0, "RefreshExpires": 0,
            "Renewed": 0, "RenewsAt": 0, "Renews": True, "Broker": False, "Store": "", "Saved": True, "Uses": [],
            "Provided": False,
        } | NOT_SIGNING_IN | properties


class FakeAgent:
    def __init__(self, connection, scene_file):
        xml = pathlib.Path(os.environ["KEYFOB_AGENT_XML"]).read_text()
        self.interfaces = Gio.DBusNodeInfo.new_for_xml(xml)
        self.control = Gio.DBusNodeInfo.new_for_xml(CONTROL)
        self.connection = connection
        self.agent = dict(AGENT_DEFAULTS)
        self.hosts = []
        self.n_hosts = 0
        self.calls = []
        self.failures = {}
        self.held = {}
        self.servers = []
        for interface in (self.interfaces.lookup_interface(AGENT), *self.control.interfaces):
            self.register(ROOT, interface, lambda name: self.value(AGENT, name, self.agent[name]))
        if scene_file.exists():
            self.set_scene(scene_file.read_text())

    def register(self, path, interface, get):
        def on_call(_connection, _sender, _path, interface_name, method, parameters, invocation):
            self.on_call(path, interface_name, method, parameters.unpack(), invocation)

        def on_get(_connection, _sender, _path, _interface, name):
            return get(name)

        return self.connection.register_object(path, interface, on_call, on_get, None)

    def value(self, interface, name, value):
        signature = self.interfaces.lookup_interface(interface).lookup_property(name).signature
        if signature == "a{sv}":
            value = {option: GLib.Variant("x", given) if option == "time" else variant(given)
                     for option, given in value.items()}
        if signature == "aa{sv}":
            value = [{key: GLib.Variant("x", given) if key in ("ends", "until") else variant(given)
                      for key, given in each.items()} for each in value]
        if signature.startswith("a("):
            value = [tuple(entry) for entry in value]
        return GLib.Variant(signature, value)

    def values(self, interface, properties):
        return {name: self.value(interface, name, value) for name, value in properties.items() if name[0].isupper()}

    def emit(self, path, interface, signal, parameters):
        self.connection.emit_signal(None, path, interface, signal, parameters)

    def changed(self, path, interface, properties):
        self.emit(path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                  GLib.Variant("(sa{sv}as)", (interface, self.values(interface, properties), [])))

    # scene

    def set_scene(self, text):
        scene = json.loads(text)
        self.calls.clear()
        self.failures.clear()
        self.held.clear()
        self.servers = []
        self.set_agent(AGENT_DEFAULTS | scene.get("agent", {}))
        for host in list(self.hosts):
            self.remove_host(host)
        for properties in scene.get("hosts", []):
            self.add_host(properties)

    def set_agent(self, properties):
        self.agent |= properties
        self.changed(ROOT, AGENT, properties)

    def add_host(self, properties):
        self.n_hosts += 1
        host = Host(self.n_hosts, properties)
        host.registration = self.register(
            host.path, self.interfaces.lookup_interface(HOST),
            lambda name: self.value(HOST, name, host.properties[name]))
        self.hosts.append(host)
        self.emit(ROOT, "org.freedesktop.DBus.ObjectManager", "InterfacesAdded",
                  GLib.Variant("(oa{sa{sv}})",
                               (host.path, {HOST: self.values(HOST, host.properties)})))
        return host

    def remove_host(self, host):
        self.hosts.remove(host)
        self.connection.unregister_object(host.registration)
        self.emit(ROOT, "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved",
                  GLib.Variant("(oas)", (host.path, [HOST])))

    def set_host(self, host, **properties):
        host.properties |= properties
        self.changed(host.path, HOST, properties)

    # methods

    def on_call(self, path, interface, method, arguments, invocation):
        if interface == "org.keyfob.Test":
            invocation.return_value(self.on_control(method, arguments))
            return
        if interface == AGENT or interface == HOST:
            self.calls.append([method, path, arguments])
        if method in self.failures:
            name, sentence = self.failures.pop(method)
            invocation.return_dbus_error("org.keyfob.Keyfob.Error." + name, sentence)
            return
        if method in self.held:
            self.held[method].append((path, method, arguments, invocation))
            return
        self.answer(path, method, arguments, invocation)

    def answer(self, path, method, arguments, invocation):
        host = next((host for host in self.hosts if host.path == path), None)
        invocation.return_value(getattr(self, "on_" + method)(host, *arguments))

    def on_control(self, method, arguments):
        if method == "SetScene":
            self.set_scene(*arguments)
        elif method == "SetAgent":
            self.set_agent(json.loads(arguments[0]))
        elif method == "SetHost":
            host = next(host for host in self.hosts if host.properties["Name"] == arguments[0])
            self.set_host(host, **json.loads(arguments[1]))
        elif method == "Fail":
            self.failures[arguments[0]] = arguments[1:]
        elif method == "SetServers":
            self.servers = json.loads(arguments[0])
        elif method == "Hold":
            self.held[arguments[0]] = []
        elif method == "Release":
            for call in self.held.pop(arguments[0]):
                self.answer(*call)
        elif method == "Calls":
            return GLib.Variant("(s)", (json.dumps(self.calls),))
        elif method == "GetPid":
            return GLib.Variant("(i)", (os.getpid(),))
        return None

    def on_GetManagedObjects(self, _host):
        objects = {host.path: {HOST: self.values(HOST, host.properties)} for host in self.hosts}
        return GLib.Variant("(a{oa{sa{sv}}})", (objects,))

    def on_AddHost(self, _host, url, options):
        name = options.get("name", url.split("://")[-1])
        url = url if "://" in url else "https://" + url
        host = self.add_host({"Name": name, "Url": url, "Options": options})
        self.set_agent({name: [found for found in self.agent[name] if found[0] != url]
                        for name in ("FoundTokens", "RemovedHosts")})
        return GLib.Variant("(o)", (host.path,))

    def on_Discover(self, _host, link, _options):
        url = link.rstrip("/") if "://" in link else "https://" + link.rstrip("/")
        # the sign-in of a listed host is below the address of its site
        listed = (host.properties["Url"] for host in self.hosts)
        url = next((other for other in listed if other.startswith(url + "/")), url)
        servers = self.servers or [{"url": url}]
        return GLib.Variant("(aa{sv})", ([{"url": GLib.Variant("s", server["url"]),
                                           "device": GLib.Variant("b", server.get("device", True)),
                                           "userinfo": GLib.Variant("b", True)} for server in servers],))

    def on_ImportToken(self, _host, _file, url, options):
        host = next((host for host in self.hosts if host.properties["Url"] == url), None)
        host = host or self.add_host({"Name": url.split("://")[-1], "Url": url, "Options": options})
        self.set_host(host, State="signed-in", Expires=int(time.time()) + 3600)
        return GLib.Variant("(o)", (host.path,))

    def on_ExportHosts(self, _host, paths):
        return GLib.Variant("(s)", ("".join(f"[{host.properties['Url']}]\n" for host in self.hosts
                                            if not paths or host.path in paths),))

    def on_ImportHosts(self, _host, _file, options):
        """A list of two servers, one of which is less safe, and that of somebody who has the first host."""
        name = "b.example.org" if options["trust"] else "a.example.org"
        added = self.add_host({"Name": name})
        outcome = {"added": GLib.Variant("u", 1), "known": GLib.Variant("u", 1), "risky": GLib.Variant("u", 1),
                   "hosts": GLib.Variant("ao", [added.path]),
                   "problems": GLib.Variant("as", ["http://b.example.org is left out."])}
        if options["trust"]:
            outcome |= {"known": GLib.Variant("u", 2), "risky": GLib.Variant("u", 0), "problems": GLib.Variant("as", [])}
        return GLib.Variant("(a{sv})", (outcome,))

    def on_RemoveHost(self, _host, path):
        self.remove_host(next(host for host in self.hosts if host.path == path))

    def on_Unlock(self, _host):
        self.set_agent({"StoreState": "ready"})

    def on_Dismiss(self, _host, name):
        self.set_agent({"Notices": [notice for notice in self.agent["Notices"] if notice[0] != name]})

    def on_LockTokens(self, _host):
        self.set_agent({"TokensLocked": True})

    def on_UnlockTokens(self, _host):
        self.set_agent({"TokensLocked": False})

    def on_AnswerTokenRequest(self, _host, id, _answer):
        self.set_agent({"TokenRequests": [question for question in self.agent["TokenRequests"] if question["id"] != id]})

    def on_Revoke(self, _host, url, program):
        self.set_agent({"Permissions": [each for each in self.agent["Permissions"]
                                        if (each["url"], each["program"]) != (url, program)]})

    def on_Looked(self, _host):
        pass

    def on_SignIn(self, host, options):
        way = {"LoginUri": "http://localhost:1/auth?client=keyfob", "Provider": "auth.example.org"}
        if options.get("flow") == "device":
            way = {
                "Provider": "auth.example.org",
                "UserCode": "WDJB-MJHT",
                "VerificationUri": "https://auth.example.org/device",
                "VerificationUriComplete": "https://auth.example.org/device?user_code=WDJB-MJHT",
                # 50 s more, so that the minute does not turn while somebody looks
                "SignInExpires": int(time.time()) + 10 * 60 + 50,
            }
        self.set_host(host, **NOT_SIGNING_IN | way, Error="",
                      State=host.properties.get("after-sign-in", "signing-in"))

    def on_OpenPage(self, host, _options):
        pass

    def on_Continue(self, host, _question, _options):
        self.set_host(host, Question="")

    def on_Cancel(self, host):
        self.set_host(host, **NOT_SIGNING_IN, State="signed-out")

    def on_GetToken(self, host, _options):
        token = "of-" + host.properties["Name"]
        return GLib.Variant("(a{sv})", ({
            "access_token": GLib.Variant("s", token),
            "authorization": GLib.Variant("s", "Bearer " + token),
            "header": GLib.Variant("s", "Authorization: Bearer " + token),
        },))

    def on_GetClaims(self, host, _options):
        claims = host.properties.get("claims")
        told = {"opaque": GLib.Variant("b", claims is None),
                "claims": GLib.Variant("a(ssv)", [(name, kind, GLib.Variant(CLAIM_TYPES.get(kind, "s"), value))
                                                  for name, kind, value in claims or []]),
                "json": GLib.Variant("s", json.dumps({name: value for name, _kind, value in claims or []}, indent=2))}
        return GLib.Variant("(a{sv})", (told,))

    def on_TestAccess(self, host, options):
        answer = host.properties.get("access", {"result": "accepted", "account": host.properties["Account"]})
        return GLib.Variant("(a{sv})", ({key: variant(value) for key, value in answer.items()},))

    def on_ChangeAddress(self, _host, path, url, _options):
        old = next(host for host in self.hosts if host.path == path)
        new = self.add_host({**old.properties, "Url": url, "Name": url.split("://")[-1]})
        self.remove_host(old)
        return GLib.Variant("(o)", (new.path,))

    def on_Refresh(self, host):
        self.set_host(host, State="refreshing")

    def on_Configure(self, host, options):
        merged = {**host.properties["Options"], **options}
        self.set_host(host, Options=merged, Name=merged.get("name") or host.properties["Url"].split("://")[-1])

    def on_SignOut(self, host, _options):
        self.set_host(host, State="signed-out", Account="", Expires=0)


def main():
    if "--version" in sys.argv:
        print("keyfob-agent fake")
        return
    gate = pathlib.Path(os.environ["BED_DIR"], "gate")
    if gate.exists():
        # a pipe: a start that takes as long as the test wants
        gate.read_text()
    loop = GLib.MainLoop()
    connection = Gio.bus_get_sync(Gio.BusType.SESSION)
    FakeAgent(connection, pathlib.Path(os.environ["BED_DIR"], "scene.json"))
    Gio.bus_own_name_on_connection(connection, NAME, Gio.BusNameOwnerFlags.DO_NOT_QUEUE, None,
                                   lambda *_: loop.quit())
    loop.run()


if __name__ == "__main__":
    main()
