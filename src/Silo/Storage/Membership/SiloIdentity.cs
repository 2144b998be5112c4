namespace Sluice.Silo.Storage.Membership;

/// <summary>Which silo this process is. The storage refuses what a silo writes that was declared dead.</summary>
internal sealed class SiloIdentity
{
    private long _siloId;

    /// <summary>
    /// The id that the table of silos gave; 0 when this process has not joined, and nothing is refused.
    /// </summary>
    public long SiloId
    {
        get => Volatile.Read(ref _siloId);
        set => Volatile.Write(ref _siloId, value);
    }
}
