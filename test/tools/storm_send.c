// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets: from the tester's end of a wire into the router, received on the CPU
 * that sends them; and into namespaces that die meanwhile.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <sched.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "srpacket.h"
#include "storm.h"

#define TAG_OFFSET (sizeof(struct ether_header) + 40 + 6)
#define BURST 8
#define TAGS 4
#define KEPT_CLONES 64
#define DYING_FIRST 200
/* Far more than the kernel needs to take a namespace down. */
#define DYING_MOST 3000000

struct packet {
	size_t len;
	uint8_t *bytes;
};

static struct packet *packets[KINDS], malformed;
/* By the Tag that they come with. */
static atomic_ulong (*sent)[TAGS], malformed_sent;
static int home_ns, tester_ns, to_index, clones;
static const char *namespace_script;

/* The builder of packets calls it for a mistake in a line. */
_Noreturn void srpacket_die(const char *what, const char *value)
{
	fprintf(stderr, "storm: %s: '%s'\n", what, value);
	exit(2);
}

static void build(struct packet *packet, const struct ether_header *frame,
		  const char *line)
{
	static struct srpacket room;
	char text[1200];

	snprintf(text, sizeof(text), "%s", line);
	srpacket_parse(&room, text);
	packet->len = sizeof(*frame) + room.len;
	packet->bytes = malloc(packet->len);
	if (!packet->bytes)
		die("no memory");
	memcpy(packet->bytes, frame, sizeof(*frame));
	memcpy(packet->bytes + sizeof(*frame), room.data, room.len);
}

/* Every eighth flow has packets for which the module has no short way. */
static void build_kind(enum kind kind, const struct ether_header *frame)
{
	char sids[900], line[1000];
	unsigned int i;

	packets[kind] = calloc(kind_flows[kind], sizeof(struct packet));
	if (!packets[kind])
		die("no memory");
	for (i = 0; i < kind_flows[kind]; i++) {
		flow_text(sids, kind, i);
		snprintf(line, sizeof(line), "ip %ssrh sids=%s ip udp data=%u",
			 i % 8 == 5 ? "opts len=8 " : "", sids, i % 64);
		build(&packets[kind][i], frame, line);
	}
}

static void enter(int ns)
{
	if (setns(ns, CLONE_NEWNET))
		die("setns");
}

static int packet_socket(int ns)
{
	int fd;

	enter(ns);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("packet socket");
	enter(home_ns);
	return fd;
}

/* Clones of what passes the router, for a part of the packets. */
static void open_clones(void)
{
	clones = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			htons(ETH_P_IPV6));
	if (clones < 0)
		die("packet socket");
}

void send_open(const char *tester, const char *mac, const char *script)
{
	struct ether_header frame = { .ether_type = htons(ETH_P_IPV6) };
	enum kind kind;
	char path[200];

	snprintf(path, sizeof(path), "/run/netns/%s", tester);
	tester_ns = open(path, O_RDONLY | O_CLOEXEC);
	home_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (tester_ns < 0 || home_ns < 0 ||
	    !ether_aton_r(mac, (struct ether_addr *)frame.ether_dhost))
		die("tester");
	namespace_script = script;
	enter(tester_ns);
	to_index = if_nametoindex("to");
	enter(home_ns);
	open_clones();
	for (kind = 0; kind < KINDS; kind++)
		build_kind(kind, &frame);
	build(&malformed, &frame, "ip srh sids=fcff::1,fcff::2 last=9 ip udp");
	sent = calloc(kind_flows[STEADY], sizeof(*sent));
	if (!to_index || !sent)
		die("device 'to'");
}

/* A copy, because other CPUs send other colours. Returns errno. */
static int send_copy(int fd, int index, const struct packet *packet,
		     unsigned int tag)
{
	const struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = index,
	};
	uint8_t bytes[2000];

	memcpy(bytes, packet->bytes, packet->len);
	bytes[TAG_OFFSET + 1] = tag;
	for (;;) {
		if (sendto(fd, bytes, packet->len, 0, (const void *)&to,
			   sizeof(to)) >= 0)
			return 0;
		if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			return errno;
		usleep(1000);
	}
}

/* Counted before they are sent: no counter can be ahead. */
static const struct packet *choose(struct actor *actor, unsigned int *tag,
				   atomic_ulong **count)
{
	enum kind kind = (const enum kind[]){
		STEADY, STEADY, STEADY, WRITTEN, CHURN, CHURN, LEARNED, KINDS,
	}[random_below(actor, 8)];
	const struct packet *packet;
	unsigned int number;

	*count = kind == KINDS ? &malformed_sent : NULL;
	if (kind == KINDS)
		return &malformed;
	number = random_below(actor, kind_flows[kind]);
	packet = &packets[kind][number];
	/* The offset of the Tag is another one behind options. */
	if (packet->bytes[sizeof(struct ether_header) + 6] != IPPROTO_ROUTING)
		*tag = 0;
	if (kind == STEADY)
		*count = &sent[number][*tag];
	return packet;
}

void act_send(struct actor *actor)
{
	static _Thread_local int fd = -1;
	unsigned int i = 1 + random_below(actor, BURST);
	unsigned int tag = random_below(actor, TAGS);
	const struct packet *packet;
	atomic_ulong *count;

	/* Of this thread; closed when the program ends. */
	if (fd < 0)
		fd = packet_socket(tester_ns);
	packet = choose(actor, &tag, &count);
	actor->good += i;
	if (count)
		atomic_fetch_add(count, i);
	while (i--)
		if (send_copy(fd, to_index, packet, tag))
			die("send");
}

/* Takes what the socket has; it has room for few, so some stay single. */
void act_clone(struct actor *actor)
{
	unsigned int i;
	char byte;

	for (i = 0; i < KEPT_CLONES; i++)
		actor->good += recv(clones, &byte, 1, MSG_DONTWAIT) > 0;
	usleep(1000);
}

/* Returns errno. */
static int send_learned(int fd, int index, unsigned long number)
{
	return send_copy(fd, index,
			 &packets[LEARNED][number % kind_flows[LEARNED]], 1);
}

/* Whether the script ran and was content. */
static bool run_script(const char *script)
{
	char *const argv[] = { (char []){ "bash" }, (char *)script, NULL };
	pid_t pid;
	int status;

	return !posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) &&
	       waitpid(pid, &status, 0) == pid && !status;
}

/*
 * A namespace with sets, rules and a wire from the tester, which only this
 * thread holds. It leaves, and goes on sending until the wire is gone.
 */
void act_namespace(struct actor *actor)
{
	struct ifreq wire = { .ifr_name = "dying" };
	int fd = packet_socket(tester_ns), error = 0;
	unsigned long i;

	if (unshare(CLONE_NEWNET))
		die("unshare");
	if (!run_script(namespace_script) || ioctl(fd, SIOCGIFINDEX, &wire))
		die("namespace script");
	for (i = 0; i < DYING_FIRST && !error; i++)
		error = send_learned(fd, wire.ifr_ifindex, i);
	enter(home_ns);
	for (; i < DYING_MOST && !error; i++)
		error = send_learned(fd, wire.ifr_ifindex, i);
	close(fd);
	if (i > DYING_FIRST &&
	    (error == ENETDOWN || error == ENXIO || error == ENODEV))
		actor->good++;
	else
		violated(NAMESPACE, "after %lu packets: %s", i,
			 strerror(error));
}

uint64_t sent_with(unsigned int number, unsigned int tag)
{
	return atomic_load(&sent[number][tag]);
}

uint64_t sent_of(unsigned int number)
{
	uint64_t sum = 0;
	unsigned int tag;

	for (tag = 0; tag < TAGS; tag++)
		sum += sent_with(number, tag);
	return sum;
}

uint64_t sent_malformed(void)
{
	return atomic_load(&malformed_sent);
}

size_t packet_len(unsigned int number)
{
	return packets[STEADY][number].len - sizeof(struct ether_header);
}
