namespace Sluice.Telemetry.Prometheus;

/// <summary>The tags of a series as an instrument was given them, whatever their order.</summary>
internal readonly record struct TagSet(KeyValuePair<string, object?>[] Tags);

/// <summary>
/// Finds a series by tags that still lie on the caller's stack, so that counting allocates nothing. Sums and nested
/// loops make the order irrelevant: for the handful of tags of a metric that is cheaper than sorting.
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
            // Nearly always in the same place; a caller that mixes the order is found by looking at them all.
            if (!IsSame(alternate[at], other.Tags[at]) && !ContainsAll(alternate, other.Tags))
            {
                return false;
            }
        }

        return true;
    }

    public int GetHashCode(TagSet obj) => GetHashCode((ReadOnlySpan<KeyValuePair<string, object?>>)obj.Tags);

    public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
    {
        var sum = alternate.Length;
        foreach (var tag in alternate)
        {
            sum += HashCode.Combine(tag.Key, tag.Value);
        }

        return sum;
    }

    public TagSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate.ToArray());

    /// <summary>Both ways, because a key given twice would otherwise hide one that is missing.</summary>
    private static bool ContainsAll(
        ReadOnlySpan<KeyValuePair<string, object?>> some, ReadOnlySpan<KeyValuePair<string, object?>> others) =>
        IsPartOf(some, others) && IsPartOf(others, some);

    private static bool IsPartOf(
        ReadOnlySpan<KeyValuePair<string, object?>> some, ReadOnlySpan<KeyValuePair<string, object?>> others)
    {
        foreach (var one in some)
        {
            var found = false;
            foreach (var other in others)
            {
                found |= IsSame(one, other);
            }

            if (!found)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSame(KeyValuePair<string, object?> one, KeyValuePair<string, object?> other) =>
        one.Key == other.Key && Equals(one.Value, other.Value);
}
