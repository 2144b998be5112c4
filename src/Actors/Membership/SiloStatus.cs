namespace Sluice.Actors.Membership;

/// <summary>Where a silo is in its life. It only goes forward; a process that comes back is another silo.</summary>
public enum SiloStatus
{
    /// <summary>Takes grains.</summary>
    Active = 1,

    /// <summary>Ends its grains and takes no new ones; still answers.</summary>
    Stopping = 2,

    /// <summary>Has left, or was declared dead. For ever.</summary>
    Dead = 3,
}
