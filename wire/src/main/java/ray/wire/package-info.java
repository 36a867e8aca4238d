/** The transport and the serial mailbox that runs a core. */
@NullMarked
package ray.wire;

import org.jspecify.annotations.NullMarked;
