# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause

# The commands and options are what keyfobctl itself prints as help. Files are completed for commands
# that take one.
function __keyfobctl_commands
    LC_ALL=C keyfobctl --help | string replace -rf '^  ([a-z-]+) .*' '$1'
end

function __keyfobctl_help
    set -l words (commandline -opc)
    if set -q words[2]; and not contains -- -- $words
        LC_ALL=C keyfobctl $words[2] --help 2>/dev/null
    end
end

# What the help has for the value of the option before, or for the arguments: one|another
function __keyfobctl_values
    set -l words (commandline -opc)
    set -l values (__keyfobctl_help | string match -r -- "$words[-1]=[^ ]*")
    if not set -q values[1]; and test (count $words) -eq 2
        set values (__keyfobctl_help | string replace -rf '^  keyfobctl .* ([a-z]+\|[a-z|]+)$' '=$1')
    end
    string join -- \n $values
end

function __keyfobctl_hosts
    if not __keyfobctl_values | string match -q '*=*'; and __keyfobctl_help | string match -q '*HOST*'
        keyfobctl list 2>/dev/null | cut -f 2 | sed 'p; s|^[a-z]*://||'
    end
end

complete -c keyfobctl -n 'not __fish_seen_subcommand_from add export import run' -f
complete -c keyfobctl -n 'test (count (commandline -opc)) -eq 1' -a '(__keyfobctl_commands)'
complete -c keyfobctl -a '(__keyfobctl_help | string match -ra -- "--[a-z-]+" | sort -u)'
complete -c keyfobctl -a '(__keyfobctl_hosts)'
complete -c keyfobctl -a '(__keyfobctl_values | string match -r "[a-z_]+\|[a-z|_]+" | string split "|")'
