using Sluice.Edge.Calls;
using Sluice.Rules.Admission;
using Sluice.Rules.Policies;

namespace Sluice.Edge.Errors;

/// <summary>What is said of a call that a role does not let through.</summary>
internal static class RoleError
{
    /// <summary>For whoever came with a token: another one, of other roles, might do (RFC 6750, 3.1).</summary>
    public const string Challenge = "Bearer error=\"insufficient_scope\"";

    /// <summary>What the role does not allow, in words.</summary>
    public static string WhatOf(string? refusedBy, ModelCall call) => RoleAdmission.Read(refusedBy) switch
    {
        RoleRefusal.Model => $"the model '{ApiError.Shown(call.Body.Model)}'",
        RoleRefusal.Endpoint => $"the endpoint '/v1/{call.Endpoint}'",
        RoleRefusal.Images => "images or documents in a call (feature 'images')",
        RoleRefusal.Batch => "more than one image or page in a call (feature 'batch')",
        RoleRefusal.Priority => "calls to be served before others (feature 'priority'); leave service_tier out",
        _ => "calls of models",
    };

    /// <summary>The parameter at fault; null when it is none.</summary>
    public static string? ParamOf(string? refusedBy) => RoleAdmission.Read(refusedBy) switch
    {
        RoleRefusal.Model => "model",
        RoleRefusal.Priority => "service_tier",
        _ => null,
    };
}
