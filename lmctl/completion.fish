# SPDX-License-Identifier: GPL-2.0-only
# Completion for lmctl. Commands and options come from lmctl's help, sets and flows from
# the kernel or, for past results, from the history. Other words complete to files.

function __lmctl_commands
    lmctl --help 2>/dev/null | awk '/^Commands:/ { on = 1; next } !NF { on = 0 }
        on { name = $1; sub(/^ *[^ ]+ +/, ""); print name "\t" $0 }'
end

function __lmctl_command
    set -l words (commandline -opc)
    test (count $words) -gt 1; and echo $words[2]
end

function __lmctl_options
    lmctl (__lmctl_command) --help 2>/dev/null |
        sed -nE 's/^(  -., |      )(--[a-z0-9-]+)[^ ]* *(.*)/\2\t\3/p'
end

function __lmctl_sets
    printf '%s\n' tx rx
    ipset list -t 2>/dev/null | awk '$1 == "Name:" { name = $2 }
        $1 == "Type:" && $2 == "hash:sr6flow" { print name }'
end

function __lmctl_names
    lmctl $argv --json 2>/dev/null | grep -o '"name":"[^"]*"' | sed 's/^"name":"//; s/"$//' | sort -u
end

function __lmctl_arguments
    set -l words (commandline -opc)
    switch "$words[2]"
        case stats
            __lmctl_names flows
        case history plot
            __lmctl_names history --since=1d
        case '*'
            if test "$words[2]" = del -a (count $words) -gt 2
                __lmctl_names flows $words[3]
            else if lmctl $words[2] --help 2>/dev/null | grep -qE '^(Usage|  or): .*( \[?SET|\[?tx\]?)'
                __lmctl_sets
            end
    end
end

complete -c lmctl -n 'not __lmctl_command >/dev/null' -f -a '(__lmctl_commands)'
complete -c lmctl -n '__lmctl_command >/dev/null; and string match -q -- "-*" (commandline -ct)' -a '(__lmctl_options)'
complete -c lmctl -n '__lmctl_command >/dev/null' -a '(__lmctl_arguments)'
complete -c lmctl -n 'string match -q -- "--set*" (__lmctl_options)' -l set -s s -x -a '(__lmctl_sets)'
