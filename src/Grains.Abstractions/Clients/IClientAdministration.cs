using Sluice.Grains.Abstractions.Plans;

namespace Sluice.Grains.Abstractions.Clients;

/// <summary>
/// What operators ask of one client; the same grain as <see cref="IClientAdmission"/>. The grain key is the client id.
/// </summary>
/// <remarks>
/// A change is stored before it is answered and in force for the next request. A refusal is a
/// <see cref="ChangeOutcome"/>; an exception means that the outcome is unknown, and the call may be repeated.
/// </remarks>
[Alias("sluice.IClientAdministration")]
public interface IClientAdministration : IGrainWithStringKey
{
    /// <summary>Makes the client; answers <see cref="ChangeOutcome.AlreadyExists"/> if there is one.</summary>
    [Alias("Create")]
    Task<ChangeReply> Create(ClientDefinition client);

    /// <summary>Replaces what is said of the client. Its tenant and name stay: they make its id.</summary>
    [Alias("Replace")]
    Task<ChangeReply> Replace(ClientDefinition client);

    /// <summary>The client as stored; null when there is none.</summary>
    [Alias("Describe"), AlwaysInterleave]
    ValueTask<ClientDefinition?> Describe();

    /// <summary>
    /// Adds a key version for a secret that the caller has made. Repeating it with the same digest answers the version
    /// of the first time.
    /// </summary>
    [Alias("IssueKey")]
    Task<IssueKeyReply> IssueKey(IssueKeyRequest request);

    /// <summary>Ends a key version at once and for good. Revoking it again changes nothing.</summary>
    [Alias("RevokeKey")]
    Task<ChangeReply> RevokeKey(RevokeKeyRequest request);

    /// <summary>Every key version of the client, oldest first; empty when there is no such client.</summary>
    [Alias("ListKeys"), AlwaysInterleave]
    ValueTask<KeyVersionInfo[]> ListKeys();

    /// <summary>What the client has in use now; null when there is no such client.</summary>
    [Alias("Inspect"), AlwaysInterleave]
    ValueTask<ClientLiveState?> Inspect();
}

/// <summary>What is said of a client.</summary>
[GenerateSerializer, Immutable, Alias("sluice.ClientDefinition")]
public sealed record ClientDefinition
{
    /// <summary>The tenant it belongs to. Fixed once made.</summary>
    [Id(0)] public required string Tenant { get; init; }

    /// <summary>Unique in its tenant; 1 to 63 of a-z, 0-9 and '-'. Fixed once made.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary>The plan it works by.</summary>
    [Id(2)] public required string Plan { get; init; }

    /// <summary>
    /// What it may do, calls of models and the admin API alike: <c>user</c>, <c>admin</c>, or any other role.
    /// </summary>
    [Id(3)] public string Role { get; init; } = "user";

    /// <summary>True: its keys are right and refused, with 403.</summary>
    [Id(4)] public bool Suspended { get; init; }

    /// <summary>
    /// The client's own limits; each replaces its plan's limit of the same name, or is added to the plan's.
    /// </summary>
    [Id(5)] public LimitDefinition[] Limits { get; init; } = [];

    /// <summary>The configuration file that owns the client; empty when the admin API does.</summary>
    [Id(6)] public string OwnedBy { get; init; } = "";

    /// <summary>
    /// Networks that its keys and tokens may be used from, such as <c>10.0.0.0/8</c>; at most 64. None: everywhere.
    /// </summary>
    [Id(8)] public string[] AllowedAddresses { get; init; } = [];

    /// <summary>What it asks for against calls that come twice.</summary>
    [Id(11)] public ReplayMode Replay { get; init; }
}
