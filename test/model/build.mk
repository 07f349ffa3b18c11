# SPDX-License-Identifier: GPL-2.0-only
# make model        a search of fixed seeds, the kept histories, and the model's own
#                   test: seconds
# make model-long   a long search; MODEL_SEED and MODEL_SECONDS

MODEL_SEED ?= 1
MODEL_SECONDS ?= 3600
MODEL := $(B)/test/model/model
MODEL_OBJS := $(patsubst %.c,$(B)/%.o,$(wildcard test/model/*.c)) \
	      $(LMCTL_ARCHIVES) $(LIB_STATIC)
MODEL_WRAP := $(call wrap,$(FAKE_SR6FLOW) sd_event_add_io lmctl_error lmctl_warning)

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
