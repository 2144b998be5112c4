using Sluice.Rules.Policies;

namespace Sluice.Rules.Admission;

/// <summary>What roles have to say about a call: its client's, and those of the token that it was made with.</summary>
public static class RoleAdmission
{
    // What a role refuses stands where the name of a limit stands, and no limit is called so.
    private const string NamePrefix = "role.";

    /// <summary>
    /// Why a call is not let through; nothing when it is. A token only ever takes away: its roles must allow the call,
    /// and its client's role too.
    /// </summary>
    public static RoleRefusal RefusalOf(in AdmissionRequest request, ClientPolicy policy)
    {
        if (policy.Calls is null && request.Token?.Calls is null)
        {
            return RoleRefusal.None;
        }

        var call = new RoleCall(request.Model, request.Endpoint, request.Features);
        return policy.Calls?.RefusalOf(call) is { } refusal and not RoleRefusal.None
            ? refusal
            : request.Token?.Calls?.RefusalOf(call) ?? RoleRefusal.None;
    }

    /// <summary>The same, of a call that was refused for whatever; null when no role refused it.</summary>
    public static string? ReasonOf(Verdict verdict, in AdmissionRequest request, ClientPolicy policy) =>
        verdict is Verdict.RoleForbidden ? NameOf(RefusalOf(request, policy)) : null;

    /// <summary>What of the call it was, as it stands in <see cref="Decision.RefusedBy"/>.</summary>
    public static string? NameOf(RoleRefusal refusal) => refusal switch
    {
        RoleRefusal.Calls => NamePrefix + "calls",
        RoleRefusal.Model => NamePrefix + "model",
        RoleRefusal.Endpoint => NamePrefix + "endpoint",
        RoleRefusal.Images => NamePrefix + "images",
        RoleRefusal.Batch => NamePrefix + "batch",
        RoleRefusal.Priority => NamePrefix + "priority",
        _ => null,
    };

    /// <summary>Reads <see cref="NameOf"/> back; nothing for any other text.</summary>
    public static RoleRefusal Read(string? name)
    {
        foreach (var refusal in Enum.GetValues<RoleRefusal>())
        {
            if (refusal is not RoleRefusal.None && NameOf(refusal) == name)
            {
                return refusal;
            }
        }

        return RoleRefusal.None;
    }
}
