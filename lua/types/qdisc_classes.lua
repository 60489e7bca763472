---@meta

--- prio has bands, of which the first always goes first (tc-prio(8)).
---@class nsl.PrioOpts
---@field bands? integer              # how many; 3 unless told
---@field priomap? integer[]          # the band of each of 16 priorities

--- skbprio drops what has the least priority (tc-skbprio(8)).
---@class nsl.SkbprioOpts
---@field limit? integer              # packets that may wait

--- ets has bands, of which the first go strictly first and the others in turn (tc-ets(8)).
---@class nsl.EtsOpts
---@field bands? integer              # how many: as many as are strict and have quanta, unless told
---@field strict? integer             # how many are strict
---@field quanta? integer[]           # what the others send at their turns
---@field priomap? integer[]          # the band of each of 16 priorities

--- hfsc has classes with service curves (tc-hfsc(8)).
---@class nsl.HfscOpts
---@field default? string             # where what no filter classifies goes: a minor number, hexadecimal: "10"

--- A service curve: `m1` until `d`, then `m2`; or `umax` bytes done by `dmax`, and `rate` from then on.
---@class nsl.ServiceCurve
---@field m1? nsl.Rate
---@field d? nsl.Time
---@field m2? nsl.Rate
---@field umax? nsl.Size
---@field dmax? nsl.Time
---@field rate? nsl.Rate

--- A class of hfsc; one of `sc`, `rt` and `ls` is needed. A rate alone is a curve too.
---@class nsl.HfscClassOpts
---@field sc? nsl.ServiceCurve|nsl.Rate    # `rt` and `ls` are the same
---@field rt? nsl.ServiceCurve|nsl.Rate    # what it has for sure, in time
---@field ls? nsl.ServiceCurve|nsl.Rate    # its share of what is left
---@field ul? nsl.ServiceCurve|nsl.Rate    # the most it may have

--- A class of drr, or of ets.
---@class nsl.DrrClassOpts
---@field quantum? nsl.Size           # what it sends at its turn

--- A class of qfq.
---@class nsl.QfqClassOpts
---@field weight? integer             # how much more it sends than others
---@field maxpkt? integer             # its longest packet

--- plug holds everything back until it is told.
---@class nsl.PlugOpts
---@field action? "block"|"release"|"release_indefinite"|"limit"    # what to do now; not read back
---@field limit? nsl.Size             # bytes that may wait
