package ray.examples.imagenet.tar;

/**
 * One image file out of a tar, not decoded.
 *
 * @param name its path in the tar
 * @param label its class, such as {@code n01440764}
 * @param data the file's bytes
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record TarImage(String name, String label, byte[] data) {}
