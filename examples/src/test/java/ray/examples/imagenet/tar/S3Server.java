package ray.examples.imagenet.tar;

import java.net.URI;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A real S3 server on this machine whose objects are in memory. */
public final class S3Server implements AutoCloseable {
  private static final String ACCESS_KEY = "imagenet-access";
  private static final String SECRET_KEY = "imagenet-secret";

  private final S3Proxy server;
  private final S3Client client;

  private S3Server(S3Proxy server) {
    this.server = server;
    this.client =
        S3Client.builder()
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .endpointOverride(URI.create(endpoint()))
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .build();
  }

  /** Starts one; the AWS SDK finds its credentials where it looks first, in system properties. */
  public static S3Server start() throws Exception {
    System.setProperty("aws.accessKeyId", ACCESS_KEY);
    System.setProperty("aws.secretAccessKey", SECRET_KEY);
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(new TransientNio2BlobStore())
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY)
            .build();
    server.start();
    return new S3Server(server);
  }

  public int port() {
    return server.getPort();
  }

  public String endpoint() {
    return "http://127.0.0.1:" + port();
  }

  public void createBucket(String bucket) {
    client.createBucket(r -> r.bucket(bucket));
  }

  public void put(String bucket, String key, byte[] data) {
    client.putObject(r -> r.bucket(bucket).key(key), RequestBody.fromBytes(data));
  }

  @Override
  public void close() {
    client.close();
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the S3 server did not stop", e);
    }
  }
}
