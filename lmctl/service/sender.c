// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "lmctl/base/clock.h"
#include "lmctl/base/messages.h"
#include "lmctl/service/sender.h"
#include "lmctl/service/udp.h"

/**
 * struct sending - what became of the messages to a peer
 * @told: error that was said last, 0 if none
 * @failed: one of them failed since the last report
 * @far: it was said that the peer is too far away
 * @useless: it was said why its replies are of no use
 */
struct sending {
	int told;
	bool failed;
	bool far;
	bool useless;
};

struct sender {
	struct config_measure config;
	struct block_timing timing;
	const struct sender_ops *ops;
	void *arg;
	struct inband *inband;
	struct loop *loop;
	struct udp udp;
	sd_event_source *source;
	struct task *task;
	struct prober *prober;
	struct sending sending[RESULT_PEERS_MAX];
};

static int64_t now(void *arg)
{
	(void)arg;
	return wallclock_time();
}

/* Said once until a block goes well: most messages fail alike. */
static void report_sending(struct sender *sender, unsigned int peer,
			   int err, const char *error)
{
	struct sending *sending = &sender->sending[peer];

	if (!err || err == -EAGAIN)
		return;
	sending->failed = true;
	if (sending->told == err)
		return;
	sending->told = err;
	lmctl_warning("measurement '%s', peer '%s': cannot send: %s%s",
		      sender->config.of.name, sender->config.of.peer[peer],
		      error, err == -EMSGSIZE ?
		      "; the MTU of its path is smaller than the 1280 bytes that IPv6 needs" :
		      "");
}

static struct udp_path path_plain(const struct sender *sender)
{
	return (struct udp_path){ .source = sender->config.source };
}

static int send_message(void *arg, unsigned int peer,
			const struct sr6flow_flow *flow, const uint8_t *data,
			size_t len)
{
	struct sender *sender = arg;
	const struct sockaddr_in6 *to = &sender->config.address[peer];
	struct udp_path path = path_plain(sender);
	int err;

	if (flow) {
		path.mark = sender->config.mark;
		err = inband_route(sender->inband, &to->sin6_addr, flow);
		if (err) {
			report_sending(sender, peer, err,
				       inband_error(sender->inband));
			return err;
		}
	}
	err = udp_send(&sender->udp, to, &path, data, len);
	/* A longer one will be made shorter. */
	if (err != -EMSGSIZE || len <= PROBER_SAFE_MAX)
		report_sending(sender, peer, err, strerror(-err));
	return err;
}

static size_t longest_message(void *arg, unsigned int peer)
{
	const struct sender *sender = arg;
	const struct udp_path path = path_plain(sender);

	return udp_longest(&sender->config.address[peer], &path);
}

static void give_result(void *arg, const struct result *result)
{
	struct sender *sender = arg;

	sender->ops->result(sender->arg, result);
}

static void give_gap(void *arg, const struct result *result)
{
	struct sender *sender = arg;

	if (sender->ops->gap)
		sender->ops->gap(sender->arg, result);
}

/* Said once until a round trip is short enough again. */
static void report_delay(struct sender *sender,
			 const struct peer_report *report)
{
	struct sending *sending = &sender->sending[report->peer];
	int64_t most = block_delay_max(&sender->timing);
	int64_t trip = report->round_trip_min;

	if (!report->samples)
		return;
	if (trip > most && !sending->far)
		lmctl_warning("measurement '%s', peer '%s': the round trip of %.3f ms is longer than guard time less guard band, %.3f ms, so its blocks are invalid, delay-too-long; use a period of at least %" PRId64 " ms, or a longer guard time",
			      sender->config.of.name,
			      sender->config.of.peer[report->peer],
			      (double)trip / BLOCK_NS_PER_MS,
			      (double)most / BLOCK_NS_PER_MS,
			      block_period_for(&sender->timing, trip));
	sending->far = trip > most;
}

void sender_warn_useless(const struct measurement *of, unsigned int peer,
			  const struct rejects *rejects, bool auth)
{
	char text[REJECTS_TEXT_LEN];
	const char *remedy = rejects_explain(rejects, auth, text);

	lmctl_warning("measurement '%s', peer '%s': none of its replies can be used: %s; %s",
		      of->name, of->peer[peer], text, remedy);
}

/* Said once until a reply is of use. */
static void report_useless(struct sender *sender,
			   const struct peer_report *report)
{
	struct sending *sending = &sender->sending[report->peer];

	if (report->replies)
		sending->useless = false;
	if (report->replies || sending->useless ||
	    !rejects_useless(&report->rejects))
		return;
	sending->useless = true;
	sender_warn_useless(report->of, report->peer, &report->rejects,
			     report->auth);
}

static void give_report(void *arg, const struct peer_report *report)
{
	struct sender *sender = arg;
	struct sending *sending = &sender->sending[report->peer];

	if (!sending->failed)
		sending->told = 0;
	sending->failed = false;
	report_delay(sender, report);
	report_useless(sender, report);
	sender->ops->report(sender->arg, report);
}

static void give_block_end(void *arg, int64_t block)
{
	struct sender *sender = arg;

	sender->ops->block_end(sender->arg, &sender->config.of, block);
}

static const struct prober_ops prober_ops = {
	.now = now,
	.send = send_message,
	.longest = longest_message,
	.result = give_result,
	.gap = give_gap,
	.report = give_report,
	.block_end = give_block_end,
};

static int64_t measure_run(void *arg, int64_t time)
{
	struct sender *sender = arg;

	(void)time;
	return prober_run(sender->prober);
}

static const struct task_ops task_ops = { .run = measure_run };

unsigned int sender_peer_at(const struct config_measure *section,
			     const struct sockaddr_in6 *from)
{
	unsigned int i;

	for (i = 0; i < section->of.npeers; i++) {
		const struct sockaddr_in6 *peer = &section->address[i];

		if (peer->sin6_port == from->sin6_port &&
		    (!peer->sin6_scope_id ||
		     peer->sin6_scope_id == from->sin6_scope_id) &&
		    IN6_ARE_ADDR_EQUAL(&peer->sin6_addr, &from->sin6_addr))
			break;
	}
	return i;
}

/* A reply comes from where the request went to. */
static void take_reply(struct sender *sender,
		       const struct udp_message *message)
{
	unsigned int peer = sender_peer_at(&sender->config, &message->from);
	size_t len = message->truncated ? 0 : message->len;

	if (peer < sender->config.of.npeers)
		prober_receive(sender->prober, peer, message->data, len,
			       message->received);
	else
		prober_receive_elsewhere(sender->prober, message->data, len,
					 &message->from);
}

static int on_reply(sd_event_source *source, int fd, uint32_t events,
		    void *arg)
{
	struct sender *sender = arg;
	struct udp_message *messages;
	int i, n = udp_receive(&sender->udp, &messages);
	int64_t stepped;

	(void)source;
	(void)fd;
	(void)events;
	/* They were received by a clock that may not be that of the requests. */
	loop_stepped(sender->loop, &stepped);
	for (i = 0; i < n; i++)
		take_reply(sender, &messages[i]);
	if (n > 0)
		task_wake(sender->task);
	return 0;
}

/* The key of a section, or the first one if it names none. */
static const struct key *choose_key(const struct config *config,
				    const struct config_measure *section)
{
	return *section->key ? keys_find(&config->keys, section->key) :
			       &config->keys.key[0];
}

static size_t message_max(const struct config_measure *section)
{
	size_t max = section->mtu - UDP_HEADERS;

	if (section->in_band)
		max -= INBAND_OVERHEAD(SR6FLOW_SIDS_MAX);
	return max > STAMP_MESSAGE_MAX ? STAMP_MESSAGE_MAX : max;
}

static struct prober *make_prober(struct sender *sender,
				  const struct config *config)
{
	const struct config_measure *section = &sender->config;
	struct prober_config prober = {
		.of = section->of,
		.timing = config->timing,
		.auth = section->auth,
		.ssid = section->ssid,
		.tlv_type = section->tlv_type,
		.message_max = message_max(section),
		.window = section->window,
		.in_band = section->in_band,
	};
	struct prober *made;
	unsigned int i;

	for (i = 0; i < section->of.npeers; i++)
		prober.address[i] = section->address[i].sin6_addr;
	if (section->auth)
		prober.key = *choose_key(config, section);
	made = prober_new(&prober, &prober_ops, sender);
	explicit_bzero(&prober.key, sizeof(prober.key));
	return made;
}

static int open_socket(struct sender *sender)
{
	struct sockaddr_in6 local = {
		.sin6_family = AF_INET6,
		.sin6_addr = sender->config.source,
	};

	return udp_open(&sender->udp, &local);
}

struct sender *sender_open(const struct config *config,
			     const struct config_measure *section,
			     struct inband *inband, struct loop *loop,
			     const struct sender_ops *ops, void *arg)
{
	struct sender *sender = calloc(1, sizeof(*sender));

	if (!sender)
		goto memory;
	sender->config = *section;
	sender->timing = config->timing;
	sender->ops = ops;
	sender->arg = arg;
	sender->inband = inband;
	sender->loop = loop;
	sender->udp.fd = -1;
	if (open_socket(sender))
		goto failed;
	sender->prober = make_prober(sender, config);
	sender->task = loop_task(loop, &task_ops, sender);
	if (sender->prober && sender->task &&
	    sd_event_add_io(loop_event(loop), &sender->source,
			    sender->udp.fd, EPOLLIN, on_reply,
			    sender) >= 0)
		return sender;

memory:
	lmctl_error("out of memory");
failed:
	sender_close(sender);
	return NULL;
}

void sender_close(struct sender *sender)
{
	if (!sender)
		return;
	sd_event_source_unref(sender->source);
	task_free(sender->task);
	prober_free(sender->prober);
	udp_close(&sender->udp);
	free(sender);
}

void sender_flush(struct sender *sender)
{
	prober_flush(sender->prober);
}

bool sender_follows(const struct sender *sender,
		     const struct config_measure *section)
{
	struct config_measure ours = sender->config, theirs = *section;

	memset(ours.key, 0, sizeof(ours.key));
	memset(theirs.key, 0, sizeof(theirs.key));
	/* settings_defaults() zeroed the padding. NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-*) */
	return !memcmp(&ours, &theirs, sizeof(ours));
}

void sender_rekey(struct sender *sender, const struct config *config,
		   const struct config_measure *section)
{
	memcpy(sender->config.key, section->key, sizeof(section->key));
	if (section->auth)
		prober_rekey(sender->prober, choose_key(config, section));
}

const struct config_measure *sender_config(const struct sender *sender)
{
	return &sender->config;
}

void sender_clock(struct sender *sender, bool synchronised,
		   int64_t error_ns)
{
	prober_clock(sender->prober, synchronised, error_ns);
}

void sender_stepped(struct sender *sender)
{
	prober_stepped(sender->prober);
}

int sender_record(struct sender *sender, const struct record *record)
{
	return prober_record(sender->prober, record);
}

int sender_block_end(struct sender *sender, int64_t block)
{
	int err = prober_block_end(sender->prober, block);

	task_wake(sender->task);
	return err;
}
