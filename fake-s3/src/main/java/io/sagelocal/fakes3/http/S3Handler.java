package io.sagelocal.fakes3.http;

import static java.util.Map.entry;

import io.sagelocal.fakes3.store.ErrorCode;
import io.sagelocal.fakes3.store.Store;
import io.sagelocal.fakes3.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** S3 over HTTP. The table says which request is which operation; what is not in it is refused. */
public final class S3Handler extends Handler.Abstract {
  private static final Logger log = LoggerFactory.getLogger(S3Handler.class);

  /** Query parameters that choose another operation; every other one only shapes it. */
  private static final Set<String> SUBRESOURCES =
      Set.of(
          "accelerate",
          "acl",
          "analytics",
          "attributes",
          "cors",
          "delete",
          "encryption",
          "intelligent-tiering",
          "inventory",
          "legal-hold",
          "lifecycle",
          "location",
          "logging",
          "metrics",
          "notification",
          "object-lock",
          "ownershipControls",
          "policy",
          "policyStatus",
          "publicAccessBlock",
          "replication",
          "requestPayment",
          "restore",
          "retention",
          "select",
          "session",
          "tagging",
          "torrent",
          "uploadId",
          "uploads",
          "versioning",
          "versions",
          "website");

  private final Store store;
  private final Map<String, Operation> operations;

  public S3Handler(Store store) {
    this.store = store;
    Bodies bodies = new Bodies();
    ObjectOperations objects = new ObjectOperations(store, bodies);
    MultipartOperations multipart = new MultipartOperations(store, bodies);
    BucketOperations buckets = new BucketOperations(store);
    ListOperations lists = new ListOperations(store);
    Operation acl =
        (request, answer) -> {
          store.buckets().require(request.bucket());
          answer.xml(Owner.acl());
        };
    this.operations =
        Map.ofEntries(
            entry("GET service", buckets::all),
            entry("PUT bucket", buckets::create),
            entry("HEAD bucket", buckets::head),
            entry("DELETE bucket", buckets::delete),
            entry("GET bucket", lists::list),
            entry("GET bucket versions", lists::versions),
            entry("POST bucket delete", buckets::deleteObjects),
            entry("GET bucket uploads", multipart::uploads),
            entry("GET bucket location", buckets::location),
            entry("GET bucket versioning", buckets::getVersioning),
            entry("PUT bucket versioning", buckets::putVersioning),
            entry("GET bucket tagging", buckets::getTags),
            entry("PUT bucket tagging", buckets::putTags),
            entry("DELETE bucket tagging", buckets::deleteTags),
            entry("GET bucket acl", acl),
            entry(
                "GET bucket policy",
                buckets.unset(ErrorCode.NO_SUCH_BUCKET_POLICY, "The bucket policy does not exist")),
            entry(
                "GET bucket policyStatus",
                buckets.unset(ErrorCode.NO_SUCH_BUCKET_POLICY, "The bucket policy does not exist")),
            entry(
                "GET bucket lifecycle",
                buckets.unset(
                    ErrorCode.NO_SUCH_LIFECYCLE, "The lifecycle configuration does not exist")),
            entry(
                "GET bucket cors",
                buckets.unset(ErrorCode.NO_SUCH_CORS, "The CORS configuration does not exist")),
            entry(
                "GET bucket website",
                buckets.unset(
                    ErrorCode.NO_SUCH_WEBSITE,
                    "The specified bucket does not have a website configuration")),
            entry(
                "GET bucket replication",
                buckets.unset(
                    ErrorCode.NO_SUCH_REPLICATION, "The replication configuration was not found")),
            entry(
                "GET bucket encryption",
                buckets.unset(
                    ErrorCode.NO_SUCH_ENCRYPTION,
                    "The server side encryption configuration was not found")),
            entry(
                "GET bucket object-lock",
                buckets.unset(
                    ErrorCode.NO_SUCH_OBJECT_LOCK,
                    "Object Lock configuration does not exist for this bucket")),
            entry(
                "GET bucket publicAccessBlock",
                buckets.unset(
                    ErrorCode.NO_SUCH_PUBLIC_ACCESS_BLOCK,
                    "The public access block configuration was not found")),
            entry(
                "GET bucket ownershipControls",
                buckets.unset(
                    ErrorCode.NO_SUCH_OWNERSHIP_CONTROLS,
                    "The bucket ownership controls were not found")),
            entry(
                "GET bucket notification",
                buckets.fixed(Xml.of("NotificationConfiguration", xml -> {}))),
            entry("GET bucket logging", buckets.fixed(Xml.of("BucketLoggingStatus", xml -> {}))),
            entry(
                "GET bucket accelerate",
                buckets.fixed(Xml.of("AccelerateConfiguration", xml -> {}))),
            entry(
                "GET bucket requestPayment",
                buckets.fixed(
                    Xml.of(
                        "RequestPaymentConfiguration",
                        xml -> xml.element("Payer", "BucketOwner")))),
            entry("PUT object", objects::put),
            entry("COPY object", objects::copy),
            entry("GET object", objects::get),
            entry("HEAD object", objects::head),
            entry("DELETE object", objects::delete),
            entry("GET object acl", acl),
            entry("GET object attributes", objects::attributes),
            entry("GET object tagging", objects::getTags),
            entry("PUT object tagging", objects::putTags),
            entry("DELETE object tagging", objects::deleteTags),
            entry("POST object uploads", multipart::begin),
            entry("PUT object uploadId", multipart::part),
            entry("COPY object uploadId", multipart::partCopy),
            entry("POST object uploadId", multipart::complete),
            entry("DELETE object uploadId", multipart::abort),
            entry("GET object uploadId", multipart::parts));
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    S3Answer answer = new S3Answer(response);
    String id =
        UUID.randomUUID().toString().replace("-", "").substring(0, 16).toUpperCase(Locale.ROOT);
    answer.header("x-amz-request-id", id).header("x-amz-id-2", id);
    try {
      try {
        S3Request asked = S3Request.of(request);
        LentAddress.requireNotExpired(request, store.clock().instant());
        operation(asked).run(asked, answer);
      } catch (StoreException e) {
        refuse(request, answer, id, e);
      }
      callback.succeeded();
    } catch (IOException e) {
      log.debug("a client went away: {}", e.getMessage());
      callback.failed(e);
    } catch (RuntimeException e) {
      log.error("request {} failed: {} {}", id, request.getMethod(), request.getHttpURI(), e);
      failed(request, answer, id, callback, e);
    }
    return true;
  }

  private static void failed(
      Request request, S3Answer answer, String id, Callback callback, RuntimeException cause) {
    if (answer.http().isCommitted()) {
      callback.failed(cause);
      return;
    }
    try {
      refuse(
          request,
          answer,
          id,
          new StoreException(
              ErrorCode.INTERNAL_ERROR,
              "We encountered an internal error; its request id is " + id));
      callback.succeeded();
    } catch (IOException e) {
      callback.failed(e);
    }
  }

  private Operation operation(S3Request request) {
    String level =
        request.bucket().isEmpty() ? "service" : request.key().isEmpty() ? "bucket" : "object";
    String subresource =
        request.query().keySet().stream().filter(SUBRESOURCES::contains).findFirst().orElse("");
    boolean copies =
        request.method().equals("PUT") && request.header("x-amz-copy-source").isPresent();
    String name =
        "%s %s %s".formatted(copies ? "COPY" : request.method(), level, subresource).trim();
    return Optional.ofNullable(operations.get(name))
        .orElseThrow(() ->
            new StoreException(
                ErrorCode.NOT_IMPLEMENTED,
                "\"%s\" is not implemented by this store; use MinIO or S3 itself".formatted(name)));
  }

  private static void refuse(Request request, S3Answer answer, String id, StoreException e)
      throws IOException {
    answer.status(Statuses.of(e.code()));
    // what an operation had begun to say of an object is not true of an error
    for (HttpHeader header :
        new HttpHeader[] {
          HttpHeader.CONTENT_LENGTH, HttpHeader.CONTENT_ENCODING, HttpHeader.CONTENT_RANGE
        }) {
      answer.http().getHeaders().remove(header);
    }
    if (request.getMethod().equals("HEAD") || e.code() == ErrorCode.NOT_MODIFIED) {
      answer.write(ByteBuffer.allocate(0), true);
      return;
    }
    answer.xml(
        Xml.plain(
            "Error",
            xml ->
                xml.element("Code", e.code().wire())
                    .element("Message", String.valueOf(e.getMessage()))
                    .element("Resource", request.getHttpURI().getPath())
                    .element("RequestId", id)));
  }
}
