/**
 * Puts all of Ray together in several JVMs: the head process with a node and the control service,
 * worker processes, and the programs that connect.
 */
@NullMarked
package ray.processes;

import org.jspecify.annotations.NullMarked;
