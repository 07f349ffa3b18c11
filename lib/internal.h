/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declarations shared by the files of libsr6flow; not installed.
 *
 *   text.c     flows as text, no kernel involved
 *   channel.c  the netlink socket; the only file that calls ipset,
 *              unit tests put a script of datagrams in its place
 *   module.c   why the kernel's module is not loaded
 *   error.c    errno and sentence for a failure
 *   request.c  messages to the kernel and the end of its answer
 *   decode.c   attributes of an answer, all of them hostile
 *   check.c    name, type and revision of a set
 *   handle.c   open and close, protocol version
 *   dump.c     listings
 *   set.c      calls on whole sets
 *   flow.c     calls on one flow
 *
 * A file calls those above it only.
 */
#ifndef SR6FLOW_INTERNAL_H
#define SR6FLOW_INTERNAL_H

#include <libmnl/libmnl.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <sys/types.h>
#include "sr6flow.h"

/* Everything else is hidden, see lib/build.mk and lib/sr6flow.map. */
#define EXPORT __attribute__((visibility("default")))

/* The kernel fills at most 32 KiB per datagram of a dump. */
#define ANSWER_SIZE 65536
/* The longest message, an add with 16 SIDs and names, has below 500 bytes. */
#define REQUEST_SIZE 1024
#define ERROR_SIZE 512
/* The part to update, for messages. */
#define MODULE "the module ip_set_hash_sr6flow"

struct channel {
	struct mnl_socket *socket;
	uint32_t portid;
};

struct sr6flow {
	struct channel channel;
	uint32_t seq;
	char error[ERROR_SIZE];
	_Alignas(struct nlmsghdr) char answer[ANSWER_SIZE];
};

/* channel.c: all return 0, or bytes, or a negative errno */
int channel_open(struct channel *channel);
void channel_close(struct channel *channel);
int channel_send(struct channel *channel, const void *message, size_t len);
ssize_t channel_recv(struct channel *channel, void *buffer, size_t size,
		     bool wait);

/* request.c */
union request {
	struct nlmsghdr header;
	char bytes[REQUEST_SIZE];
};

/**
 * typedef answer_fn - called for every message of an answer but its end
 * @handle: handle
 * @nlh: message with at least a struct nfgenmsg
 * @arg: as given to request_run()
 *
 * Return: 0, or anything else to end the request with that value.
 */
typedef int (*answer_fn)(struct sr6flow *handle, const struct nlmsghdr *nlh,
			 void *arg);

struct nlmsghdr *request_start(union request *request, int command, int flags,
			       const char *set);
void request_put_u32(struct nlmsghdr *nlh, int attribute, uint32_t value);
void request_put_flow(struct nlmsghdr *nlh, const struct sr6flow_flow *flow,
		      bool with_name);
int request_run(struct sr6flow *handle, struct nlmsghdr *nlh, answer_fn fn,
		void *arg, int *verdict);

/* decode.c */

/**
 * struct attributes - the attributes that remain to be read
 * @at: the next one
 * @size: bytes from there; if not 0 after the last one, that is cut off
 */
struct attributes {
	const char *at;
	size_t size;
};

/* Like libmnl's functions, which are calls into another object: a dump of a
 * million flows has ten million attributes.
 */
static inline uint16_t attribute_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

static inline const void *payload(const struct nlattr *attr)
{
	return (const char *)attr + MNL_ATTR_HDRLEN;
}

static inline size_t payload_len(const struct nlattr *attr)
{
	return attr->nla_len - MNL_ATTR_HDRLEN;
}

static inline struct attributes attributes_of(const struct nlattr *nest)
{
	return (struct attributes){ payload(nest), payload_len(nest) };
}

static inline const struct nlattr *attributes_next(struct attributes *left)
{
	const struct nlattr *attr = (const void *)left->at;
	size_t len;

	if (left->size < sizeof(*attr) || attr->nla_len < sizeof(*attr) ||
	    attr->nla_len > left->size)
		return NULL;
	/* The last one may have no padding. */
	len = MNL_ALIGN(attr->nla_len);
	if (len > left->size)
		len = left->size;
	left->at += len;
	left->size -= len;
	return attr;
}

/* libmnl 1.0.4 treats a length above INT_MAX as a small one. */
static inline bool message_fits(const struct nlmsghdr *nlh, size_t size)
{
	return size >= sizeof(*nlh) && nlh->nlmsg_len >= sizeof(*nlh) &&
	       nlh->nlmsg_len <= size;
}

/* The functions return NULL or the problem of the message. */
struct header {
	char set[IPSET_MAXNAMELEN];
	char type[IPSET_MAXNAMELEN];
	uint8_t revision;
	uint8_t revision_min;
	uint8_t protocol;
	bool has_index;
	uint16_t index;
	const struct nlattr *data;
	const struct nlattr *records;
};

/**
 * struct decoded_colour - the part in which the records of a flow differ
 * @counted: the record has counters
 * @slot: slot of its colour
 * @counters: counters
 * @timeout: as in struct sr6flow_record
 */
struct decoded_colour {
	bool counted;
	unsigned int slot;
	struct sr6flow_counters counters;
	uint32_t timeout;
};

/**
 * struct decoded_label - attributes that all records of a flow begin with
 * @bytes: in the message
 * @len: their length, 0 if there are none to compare with
 *
 * Name, SIDs and identity are most of a record: comparing them with those of
 * the record before is cheaper than reading them again.
 */
struct decoded_label {
	const char *bytes;
	size_t len;
};

const char *decode_header(struct header *header, const struct nlmsghdr *nlh);
const char *decode_set(struct sr6flow_set *set, const struct nlattr *data);
const char *decode_record(struct sr6flow_record *record,
			  struct decoded_colour *colour,
			  struct decoded_label *label,
			  const struct sr6flow_set *set,
			  const struct nlattr *data);
bool decode_labelled(struct decoded_colour *colour,
		     const struct decoded_label *label, uint32_t mask,
		     const struct nlattr *data);

/* error.c: fail_*() return a negative errno */
const char *errno_text(int error);
__attribute__((format(printf, 3, 4)))
int fail_with(struct sr6flow *handle, int error, const char *format, ...);
int fail_damaged(struct sr6flow *handle, const char *problem);
int fail_verdict(struct sr6flow *handle, const char *set, int verdict);

/* module.c */
void module_remedy(const char *root, const char *release, char *text,
		   size_t size);

/* text.c */
void text_one_line(char *text);
const char *flow_problem(const struct sr6flow_flow *flow, char *text,
			 size_t size);

/* check.c */
int header_run(struct sr6flow *handle, struct nlmsghdr *nlh,
	       struct header *header, int *verdict);
int set_name_check(struct sr6flow *handle, const char *set);
int set_type_check(struct sr6flow *handle, const char *set, const char *type,
		   int revision);
int set_check(struct sr6flow *handle, const char *set);
int revision_choose(struct sr6flow *handle, const char *set);

#endif /* SR6FLOW_INTERNAL_H */
