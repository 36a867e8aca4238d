/** The pure state machines of the protocol. */
@NullMarked
package ray.core;

import org.jspecify.annotations.NullMarked;
