package ray.examples.imagenet.tar;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Tar files in a bucket of S3, or of a server that speaks its protocol. Credentials and the region
 * come from where the AWS SDK usually finds them: environment, profile, instance.
 *
 * @param bucket the bucket
 * @param prefix what the keys of the tar files begin with
 * @param endpoint the URL of another server than Amazon's, or empty
 */
public record S3Source(String bucket, String prefix, String endpoint) implements TarSource {
  static final String SCHEME = "s3://";

  /** One client an endpoint, for the life of the JVM: starting one takes longer than a request. */
  private static final Map<String, S3Client> CLIENTS = new ConcurrentHashMap<>();

  static S3Source parse(String place, String endpoint) {
    String path = place.substring(SCHEME.length());
    int slash = path.indexOf('/');
    String bucket = slash < 0 ? path : path.substring(0, slash);
    if (bucket.isEmpty()) {
      throw new IllegalArgumentException(
          "%s names no bucket; it should look like s3://bucket/prefix".formatted(place));
    }
    return new S3Source(bucket, slash < 0 ? "" : path.substring(slash + 1), endpoint);
  }

  @Override
  public List<TarFile> list() throws IOException {
    List<TarFile> tars;
    try {
      tars =
          client().listObjectsV2Paginator(r -> r.bucket(bucket).prefix(prefix)).contents().stream()
              .filter(object -> object.key().endsWith(".tar"))
              .sorted(Comparator.comparing(S3Object::key))
              .map(S3Source::tarFile)
              .toList();
    } catch (SdkException e) {
      throw explain(describe(), e);
    }
    if (tars.isEmpty()) {
      throw new IOException(
          "there is no object ending in .tar whose key begins with '%s' in the bucket %s."
              .formatted(prefix, bucket));
    }
    return tars;
  }

  private static TarFile tarFile(S3Object object) {
    String key = object.key();
    return new TarFile(key.substring(key.lastIndexOf('/') + 1), key, object.size());
  }

  @Override
  public InputStream open(TarFile tar) throws IOException {
    return new S3ObjectStream(client(), bucket, tar.location());
  }

  @Override
  public Optional<String> synsets() throws IOException {
    String folder = prefix.substring(0, prefix.lastIndexOf('/') + 1);
    for (String name : SYNSET_FILES) {
      try {
        return Optional.of(
            client()
                .getObjectAsBytes(r -> r.bucket(bucket).key(folder + name))
                .asString(StandardCharsets.UTF_8));
      } catch (NoSuchKeyException absent) {
        // the next name, then
      } catch (SdkException e) {
        throw explain(SCHEME + bucket + "/" + folder + name, e);
      }
    }
    return Optional.empty();
  }

  @Override
  public String describe() {
    return SCHEME + bucket + "/" + prefix;
  }

  private S3Client client() {
    return CLIENTS.computeIfAbsent(endpoint, S3Source::newClient);
  }

  private static S3Client newClient(String endpoint) {
    S3ClientBuilder builder =
        S3Client.builder().httpClientBuilder(UrlConnectionHttpClient.builder());
    if (endpoint.isEmpty()) {
      return builder.crossRegionAccessEnabled(true).build();
    }
    // Servers other than Amazon's know no regions and no names of hosts for buckets.
    return builder
        .endpointOverride(URI.create(endpoint))
        .region(Region.of(System.getenv().getOrDefault("AWS_REGION", "us-east-1")))
        .forcePathStyle(true)
        .build();
  }

  /** What went wrong in a request, for a person. */
  static IOException explain(String place, SdkException failure) {
    String message =
        switch (failure) {
          case NoSuchBucketException _ -> "%s: there is no such bucket.".formatted(place);
          case NoSuchKeyException _ -> "%s: there is no such object.".formatted(place);
          case S3Exception denied when denied.statusCode() == 403 ->
              "%s: access denied. Check the credentials that the AWS SDK finds (AWS_ACCESS_KEY_ID, AWS_PROFILE)."
                  .formatted(place);
          default -> "%s can't be read: %s".formatted(place, failure.getMessage());
        };
    return new IOException(message, failure);
  }
}
