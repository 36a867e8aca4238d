/** Messages as bytes: protobuf, as {@code message.proto} says. */
@NullMarked
package ray.wire.codec;

import org.jspecify.annotations.NullMarked;
