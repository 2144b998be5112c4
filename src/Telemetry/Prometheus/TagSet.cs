namespace Sluice.Telemetry.Prometheus;

/// <summary>The tags of a series as an instrument was given them, in that order.</summary>
internal readonly record struct TagSet(KeyValuePair<string, object?>[] Tags);

/// <summary>
/// Finds a series by tags that still lie on the caller's stack, so that counting allocates nothing. The order counts
/// here, because a place in the code names its tags in one order; that others mean the same is left to
/// <see cref="Labels"/>.
/// </summary>
internal sealed class TagSetComparer
    : IEqualityComparer<TagSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, TagSet>
{
    public bool Equals(TagSet x, TagSet y) => Equals(x.Tags, y);

    public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, TagSet other)
    {
        if (alternate.Length != other.Tags.Length)
        {
            return false;
        }

        for (var at = 0; at < alternate.Length; at++)
        {
            if (alternate[at].Key != other.Tags[at].Key || !Equals(alternate[at].Value, other.Tags[at].Value))
            {
                return false;
            }
        }

        return true;
    }

    public int GetHashCode(TagSet obj) => GetHashCode((ReadOnlySpan<KeyValuePair<string, object?>>)obj.Tags);

    public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
    {
        var hash = alternate.Length;
        foreach (var tag in alternate)
        {
            hash = HashCode.Combine(hash, tag.Key, tag.Value);
        }

        return hash;
    }

    public TagSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate.ToArray());
}
