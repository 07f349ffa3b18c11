# SPDX-License-Identifier: GPL-2.0-only
"""Receives the messages of sd_notify() at a Unix datagram socket, as a service
manager does, and prints each as a line, its assignments separated by blanks, after
the monotonic time in microseconds:

    12345678 RELOADING=1 MONOTONIC_USEC=12345600

    notify.py SOCKET

Prints "listening" first. Anybody may send to it.
"""
import os
import socket
import sys
import time

manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
print("listening", flush=True)
while True:
    text = manager.recv(4096).decode()
    print(time.monotonic_ns() // 1000, *text.split("\n"), flush=True)
