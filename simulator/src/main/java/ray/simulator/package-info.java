/**
 * Whole clusters of the protocol's cores in one thread and in virtual time, under every kind of
 * fault, driven by one seed.
 */
@NullMarked
package ray.simulator;

import org.jspecify.annotations.NullMarked;
