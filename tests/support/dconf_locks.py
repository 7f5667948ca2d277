# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Settings as an administrator sets them for all users: defaults, and locks that keep them as they are."""

import os
import subprocess


def make_profile(folder, defaults, locked=None):
    """Gives the environment in which Keyfob finds these @defaults, of which the @locked ones are locked (all).

    @defaults: GVariant texts by the names of the keys
    """
    source = os.path.join(folder, "institute.d")
    os.makedirs(os.path.join(source, "locks"), exist_ok=True)
    with open(os.path.join(source, "keyfob"), "w", encoding="utf-8") as out:
        out.write("[org/keyfob/Keyfob]\n" + "".join(f"{key}={value}\n" for key, value in defaults.items()))
    with open(os.path.join(source, "locks", "keyfob"), "w", encoding="utf-8") as out:
        out.write("".join(f"/org/keyfob/Keyfob/{key}\n" for key in (defaults if locked is None else locked)))
    database = os.path.join(folder, "institute")
    subprocess.run(["dconf", "compile", database, source], check=True)
    profile = os.path.join(folder, "profile")
    with open(profile, "w", encoding="utf-8") as out:
        out.write(f"user-db:user\nfile-db:{database}\n")
    return {"GSETTINGS_BACKEND": "dconf", "DCONF_PROFILE": profile}
