package io.sagelocal.objects;

/**
 * An object as a listing shows it.
 *
 * @param uri bucket and whole key
 * @param size in bytes
 * @param etag without quotes
 */
public record ObjectInfo(S3Uri uri, long size, String etag) {}
