# SPDX-License-Identifier: GPL-2.0-only
# make model        a search of fixed seeds, the kept histories, and the model's own
#                   test: seconds
# make model-long   a long search; MODEL_SEED and MODEL_SECONDS

MODEL_SEED ?= 1
MODEL_SECONDS ?= 3600
MODEL := $(B)/test/model/model
MODEL_OBJS := $(patsubst %.c,$(B)/%.o,$(wildcard test/model/*.c \
		lmctl/engine/*.c)) \
	      $(patsubst %,$(B)/lmctl/%.o,join sets service/reader \
		service/rotator stamp/blocktlv stamp/keys stamp/stamp \
		rules rules_nft rules_watch) \
	      $(RECORDER_OBJS) $(B)/lib/libsr6flow.a
MODEL_WRAP := $(FAKE_SR6FLOW_WRAP) -Wl$(comma)--wrap=sd_event_add_io \
	      $(addprefix -Wl$(comma)--wrap=lmctl_,error warning)

$(MODEL): $(MODEL_OBJS)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $(MODEL_WRAP) -o $@ $(filter %.o %.a,$^) \
		$(LMCTL_LDLIBS)

.PHONY: model model-long
model: $(MODEL)
	test/model/run.sh $(MODEL)

model-long: $(MODEL)
	$(MODEL) --jobs=$(shell nproc) --seed=$(MODEL_SEED) \
		--seconds=$(MODEL_SECONDS)
