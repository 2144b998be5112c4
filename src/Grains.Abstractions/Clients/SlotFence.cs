namespace Sluice.Grains.Abstractions.Clients;

/// <summary>
/// What an edge does with a call whose slot it could not renew in time. Values are wire: they are only ever added to.
/// </summary>
[GenerateSerializer, Alias("sluice.SlotFence")]
public enum SlotFence
{
    /// <summary>The call goes on: no limit counts it while it runs.</summary>
    None = 0,

    /// <summary>The call is ended before its slot is given to another.</summary>
    Strict = 1,

    /// <summary>The call goes on and is counted: more may run than the limit says.</summary>
    Lenient = 2,
}
