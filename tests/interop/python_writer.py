# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A Python program that uses the token file: python_writer.py FILE URL N PATIENCE.

Says `ready`, waits for a line, stores N tokens named 0 … N - 1 and says how often the one before was
not there any more: `late` came back within PATIENCE seconds, `lost` did not.
"""

import sys
import time

from py_oidc_auth_client.token_store import TokenStore

LIFE = 36000  # seconds


def holds(store, url, number):
    token = store.get(url)
    return token is not None and token["access_token"] == str(number)


def comes_back(store, url, number, patience):
    end = time.monotonic() + patience
    # Nothing tells of it, and this program is not to disturb anybody by writing.
    while time.monotonic() < end:
        if holds(store, url, number):
            return True
    return False


def main():
    path, url, count, patience = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    store = TokenStore(path)
    lost = late = 0
    print("ready", flush=True)
    sys.stdin.readline()

    for number in range(count):
        if number > 0 and not holds(store, url, number - 1):
            if comes_back(store, url, number - 1, patience):
                late += 1
            else:
                lost += 1
        expires = int(time.time()) + LIFE
        store.put(url, {"access_token": str(number), "refresh_token": "r", "expires": expires})

    print(f"{lost} lost, {late} late")


if __name__ == "__main__":
    main()
