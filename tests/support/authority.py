# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A certificate authority of one's own, as an institute has it, and a server with its certificate."""

import os
import ssl
import subprocess

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-batch"]


class Authority:
    def __init__(self, folder, name="Institute"):
        os.makedirs(folder)
        self.folder = folder
        self.file = os.path.join(folder, "ca.pem")
        self.key = os.path.join(folder, "ca.key")
        openssl("req", "-x509", *KEY, "-days", "30", "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.file)

    def make_context(self, *hosts):
        """What a server that has these names speaks TLS with."""
        certificate, key, request, names = (
            os.path.join(self.folder, hosts[0] + ending) for ending in (".pem", ".key", ".csr", ".names"))
        with open(names, "w", encoding="utf-8") as out:
            out.write("subjectAltName=" + ",".join(f"DNS:{host}" for host in hosts))
        openssl("req", *KEY, "-subj", f"/CN={hosts[0]}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-days", "30", "-in", request, "-CA", self.file, "-CAkey", self.key,
                "-CAcreateserial", "-extfile", names, "-out", certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
