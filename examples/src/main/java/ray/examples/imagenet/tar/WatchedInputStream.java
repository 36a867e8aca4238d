package ray.examples.imagenet.tar;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Knows how much was read, whether the end was reached, and how many zero bytes were the last: a
 * tar ends with blocks of them, so one that does not was cut short. Not thread-safe.
 */
final class WatchedInputStream extends FilterInputStream {
  private long count;
  private long trailingZeros;
  private boolean atEnd;

  WatchedInputStream(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int read = super.read(into, offset, length);
    if (read < 0) {
      atEnd = true;
    } else {
      watch(into, offset, read);
    }
    return read;
  }

  private void watch(byte[] data, int offset, int length) {
    int zeros = 0;
    while (zeros < length && data[offset + length - 1 - zeros] == 0) {
      zeros++;
    }
    trailingZeros = zeros == length ? trailingZeros + zeros : zeros;
    count += length;
  }

  @Override
  public long skip(long bytes) throws IOException {
    int length = (int) Math.min(bytes, 1 << 16);
    return length <= 0 ? 0 : Math.max(0, read(new byte[length], 0, length));
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  long count() {
    return count;
  }

  boolean isAtEnd() {
    return atEnd;
  }

  long trailingZeros() {
    return trailingZeros;
  }
}
