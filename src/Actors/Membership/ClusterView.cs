using System.Collections.Immutable;

namespace Sluice.Actors.Membership;

/// <summary>
/// The living silos at one version of the table. Views are totally ordered: each change of membership makes the next
/// version, and two views of one version are the same.
/// </summary>
public sealed class ClusterView
{
    /// <param name="version">0 or more.</param>
    /// <param name="silos">In any order.</param>
    /// <exception cref="ArgumentException">A silo is dead or stands twice, or the version is below 0.</exception>
    public ClusterView(long version, IEnumerable<SiloEntry> silos)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        Version = version;
        Silos = [.. silos.OrderBy(silo => silo.Id)];
        for (var i = 0; i < Silos.Length; i++)
        {
            if (Silos[i].Status is not (SiloStatus.Active or SiloStatus.Stopping)
                || (i > 0 && Silos[i].Id == Silos[i - 1].Id))
            {
                throw new ArgumentException($"A view holds each living silo once; see {Silos[i]}.", nameof(silos));
            }
        }

        Placement = new PlacementMap(Silos);
    }

    /// <summary>Nobody: what a silo sees before it has joined.</summary>
    public static ClusterView Empty { get; } = new(0, []);

    /// <summary>Counts the changes of membership; 0 is before the first.</summary>
    public long Version { get; }

    /// <summary>The active and the stopping silos, by id.</summary>
    public ImmutableArray<SiloEntry> Silos { get; }

    internal PlacementMap Placement { get; }

    /// <summary>The silo of that id; null when it is not in this view, which is what a dead one is.</summary>
    public SiloEntry? Find(long id)
    {
        var (low, high) = (0, Silos.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var found = Silos[middle];
            if (found.Id == id)
            {
                return found;
            }

            (low, high) = found.Id < id ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    public override string ToString() => $"view {Version} ({string.Join(", ", Silos)})";
}
