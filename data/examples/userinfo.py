#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause

import sys
import urllib.request

from gi.repository import Gio, GLib

url = sys.argv[1]
bus = Gio.bus_get_sync(Gio.BusType.SESSION)
answer = bus.call_sync(
    "org.keyfob.Keyfob.Agent", "/org/keyfob/Keyfob/Agent",
    "org.keyfob.Keyfob.Agent1", "GetToken",
    GLib.Variant("(sa{sv})", (url, {})), None,
    Gio.DBusCallFlags.NONE, GLib.MAXINT32)
request = urllib.request.Request(
    url + "/auth/v2/userinfo",
    headers={"Authorization": answer[0]["authorization"]})
print(urllib.request.urlopen(request).read().decode())
