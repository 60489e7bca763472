---@meta

--- First in, first out: pfifo, bfifo, pfifo_head_drop (tc-pfifo(8)).
---@class nsl.FifoOpts
---@field limit? integer|string       # packets that may wait; of bfifo, bytes
