package ray.core.store;

import ray.core.LongMap;

/** All that a store keeps account of, for those who look at it as a whole. */
record StoreState(
    BankAllocator allocator,
    LongMap<Entry> entries,
    LongMap<Claim.Process> processes,
    EvictionList evictables,
    WaitingCreates waiting,
    Chunks chunks) {}
