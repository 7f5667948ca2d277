# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause

# The commands and options are what keyfobctl itself prints as help.
function __keyfobctl_commands
    LC_ALL=C keyfobctl --help | string replace -rf '^  ([a-z-]+) .*' '$1'
end

function __keyfobctl_options
    set -l words (commandline -opc)
    LC_ALL=C keyfobctl $words[2] --help 2>/dev/null | string match -rag -- '--[a-z-]+' | sort -u
end

function __keyfobctl_hosts
    keyfobctl list 2>/dev/null | cut -f 2
end

complete -c keyfobctl -f
complete -c keyfobctl -n 'test (count (commandline -opc)) -eq 1' -a '(__keyfobctl_commands)'
complete -c keyfobctl -n 'test (count (commandline -opc)) -gt 1' -a '(__keyfobctl_hosts) (__keyfobctl_options)'
