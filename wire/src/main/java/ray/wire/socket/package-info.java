/**
 * Messages between the processes of a machine, over Unix sockets. Each process listens; a pair of
 * processes has one connection for each direction, made by who sends.
 */
@NullMarked
package ray.wire.socket;

import org.jspecify.annotations.NullMarked;
