package ray.processes;

import ray.ObjectInfo;

/**
 * That a process holds an object, and why, as those see it who look into a node.
 *
 * @param holder the process
 * @param owned whether the object is its own, rather than borrowed
 * @param info what it knows of the object, with its own reasons to hold it
 * @param storeKey where the object store has it; 0 if the process does not know it to be there
 */
public record SeenObject(Member holder, boolean owned, ObjectInfo info, long storeKey) {}
