---@meta

--- mqprio gives queues of the hardware to classes of traffic (tc-mqprio(8)).
---@class nsl.MqprioOpts
---@field num_tc? integer             # how many classes
---@field map? integer[]              # the class of each of 16 priorities
---@field queues? string[]            # of each class, how many queues from which on: "2@4"
---@field hw? boolean                 # the hardware does it; it does unless told
---@field mode? "dcb"|"channel"
---@field shaper? "dcb"|"bw_rlimit"
---@field min_rate? nsl.Rate[]        # of each class, with "bw_rlimit"
---@field max_rate? nsl.Rate[]
---@field fp? ("E"|"P")[]             # of each class: its frames are express, or are broken off for others (the hardware must do it)

--- taprio opens and closes the queues of classes by a clock (tc-taprio(8)).
---@class nsl.TaprioOpts
---@field num_tc? integer             # how many classes
---@field map? integer[]              # the class of each of 16 priorities
---@field queues? string[]            # of each class, how many queues from which on: "2@4"
---@field clockid? string             # "TAI", "REALTIME", "MONOTONIC", "BOOTTIME"
---@field flags? integer              # 1: by the times of packets, 2: by the hardware
---@field txtime_delay? nsl.Time      # with the first, how long the hardware needs
---@field base_time? integer          # when it begins, in nanoseconds of the clock, as in `tc`
---@field cycle_time? nsl.Time        # it is shortened or prolonged to this
---@field cycle_time_extension? nsl.Time
---@field sched_entry? nsl.SchedEntry[]
---@field max_sdu? integer[]          # of each class the longest packet in bytes; 0: any
---@field fp? ("E"|"P")[]             # of each class: its frames are express, or are broken off for others (the hardware must do it)

--- A part of a cycle.
---@class nsl.SchedEntry
---@field cmd "S"|"H"|"R"             # S: sets the gates
---@field gatemask integer            # which classes' gates are open, a bit each
---@field interval nsl.Time           # for how long

--- etf sends each packet at the time its sender gave it (tc-etf(8)).
---@class nsl.EtfOpts
---@field clockid? string             # "TAI"
---@field delta? nsl.Time             # the hardware gets it so much before
---@field deadline_mode? boolean      # the time is the latest
---@field offload? boolean            # the hardware does it
---@field skip_sock_check? boolean    # packets without a time on their socket are not dropped

--- cbs gives a class credit (tc-cbs(8)): slopes in kilobits a second, credits in bytes.
---@class nsl.CbsOpts
---@field hicredit? integer
---@field locredit? integer
---@field sendslope? integer
---@field idleslope? integer
---@field offload? boolean            # the hardware does it
