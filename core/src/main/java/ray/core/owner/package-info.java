/**
 * The owner inside each driver and worker: references, tasks, leases asked for, calls of actors.
 */
@NullMarked
package ray.core.owner;

import org.jspecify.annotations.NullMarked;
