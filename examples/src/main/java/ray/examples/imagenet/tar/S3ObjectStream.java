package ray.examples.imagenet.tar;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * The bytes of one object of S3. A connection that breaks half way is opened again where it broke,
 * a few times: a tar may be read for an hour. Closing it early does not read the rest. Not
 * thread-safe.
 */
final class S3ObjectStream extends InputStream {
  /** Breaks in a row, without a byte between them, after which we give up. */
  private static final int MAX_BREAKS = 3;

  private final S3Client client;
  private final String bucket;
  private final String key;
  private long position;
  private int breaks;
  private @Nullable String version;
  private @Nullable ResponseInputStream<GetObjectResponse> response;

  S3ObjectStream(S3Client client, String bucket, String key) throws IOException {
    this.client = client;
    this.bucket = bucket;
    this.key = key;
    open();
  }

  private ResponseInputStream<GetObjectResponse> open() throws IOException {
    GetObjectRequest.Builder request = GetObjectRequest.builder().bucket(bucket).key(key);
    if (version != null) {
      // The rest of the same object, not of one that has replaced it.
      request.range("bytes=%d-".formatted(position)).ifMatch(version);
    }
    try {
      ResponseInputStream<GetObjectResponse> opened = client.getObject(request.build());
      version = opened.response().eTag();
      response = opened;
      return opened;
    } catch (SdkException e) {
      throw S3Source.explain(S3Source.SCHEME + bucket + "/" + key, e);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    while (true) {
      ResponseInputStream<GetObjectResponse> current = response == null ? open() : response;
      try {
        int count = current.read(into, offset, length);
        position += Math.max(0, count);
        breaks = 0;
        return count;
      } catch (IOException | SdkException e) {
        abort();
        breaks++;
        if (breaks > MAX_BREAKS || Thread.currentThread().isInterrupted()) {
          throw new IOException(
              "reading s3://%s/%s broke at byte %d: %s"
                  .formatted(bucket, key, position, e.getMessage()),
              e);
        }
      }
    }
  }

  @Override
  public void close() {
    abort();
  }

  private void abort() {
    if (response != null) {
      response.abort();
      response = null;
    }
  }
}
