/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VRF of a device: with net.ipv4.udp_l3mdev_accept one socket receives requests of
 * all VRFs, and a reply must leave by the VRF of its request, not by the main
 * table.
 */
#ifndef LMCTL_NODE_VRF_H
#define LMCTL_NODE_VRF_H

struct vrf;

/**
 * vrf_new() - make a cache of devices
 *
 * Return: for vrf_free(), or NULL when memory is short.
 */
struct vrf *vrf_new(void);

/**
 * vrf_free() - free it
 * @vrf: from vrf_new() or NULL
 */
void vrf_free(struct vrf *vrf);

/**
 * vrf_of() - VRF of a device
 * @vrf: from vrf_new()
 * @ifindex: device
 *
 * The answer of the kernel is cached for a second.
 *
 * Return: device of the VRF, which may be @ifindex itself; 0 if the device is in no
 * VRF or does not exist.
 */
unsigned int vrf_of(struct vrf *vrf, unsigned int ifindex);

#endif /* LMCTL_NODE_VRF_H */
