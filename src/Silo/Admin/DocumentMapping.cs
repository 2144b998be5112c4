using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Rules;
using Sluice.Silo.Configuration;

namespace Sluice.Silo.Admin;

/// <summary>Between the admin API's documents and the grains' messages.</summary>
internal static class DocumentMapping
{
    public static TenantDocument ToDocument(this TenantDefinition tenant) =>
        new(tenant.Tenant, tenant.DisplayName, NullIfEmpty(tenant.OwnedBy));

    public static PlanDocument ToDocument(this PlanDefinition plan) => new(
        plan.Plan,
        new ModelsDocument(plan.UsableModels, plan.VisibleModels),
        [.. plan.Limits.Select(ToDocument)],
        plan.Version,
        NullIfEmpty(plan.OwnedBy),
        !plan.WithoutChunks);

    public static ClientDocument ToDocument(this ClientDefinition client) => new(
        Names.ClientId(client.Tenant, client.Name),
        client.Tenant,
        client.Name,
        client.Plan,
        client.Role,
        client.Suspended,
        [.. client.Limits.Select(ToDocument)],
        NullIfEmpty(client.OwnedBy));

    public static ClientStateDocument ToDocument(this ClientLiveState state) => new(
        state.Epoch,
        state.Plan,
        state.PlanVersion,
        [.. state.Limits.Select(limit => new LimitStateDocument(
            limit.Name,
            LimitText.KindText(limit.Kind),
            limit.Limit,
            limit.Used,
            Math.Max(0, limit.Limit - limit.Used),
            limit.Reset.TotalSeconds,
            limit.Kind is LimitKind.Quota ? limit.Reserved : null))],
        [.. state.Slots.Select(slot => new SlotDocument(
            string.Create(null, $"req_{slot.RequestId.EdgeSession:x}_{slot.RequestId.Sequence:x}"),
            slot.ExpiresIn.TotalSeconds))]);

    /// <summary>The plan, or every mistake in how it is written.</summary>
    public static PlanDefinition? ToDefinition(this PlanDocument plan, string ownedBy, List<string> mistakes)
    {
        var limits = ToDefinitions(plan.Limits, mistakes);
        AddNulls("models.use", plan.Models?.Use, mistakes);
        AddNulls("models.see", plan.Models?.See, mistakes);
        return mistakes.Count > 0
            ? null
            : new PlanDefinition
            {
                Plan = plan.Plan,
                UsableModels = [.. plan.Models?.Use ?? []],
                VisibleModels = [.. plan.Models?.See ?? []],
                Limits = limits,
                OwnedBy = ownedBy,
                WithoutChunks = !(plan.Chunks ?? true),
            };
    }

    public static LimitDefinition[] ToDefinitions(IReadOnlyList<LimitDocument>? limits, List<string> mistakes)
    {
        var definitions = new List<LimitDefinition>();
        for (var i = 0; i < (limits?.Count ?? 0); i++)
        {
            if (limits![i] is not { } limit)
            {
                mistakes.Add($"limits[{i}]: must be an object.");
            }
            else if (LimitText.Parse(
                    limit.Name, limit.Kind, limit.Amount, limit.Burst, limit.Period, limit.Calendar,
                    (member, mistake) => mistakes.Add($"limits[{i}].{member}: {mistake}")) is { } definition)
            {
                definitions.Add(definition);
            }
        }

        return [.. definitions];
    }

    /// <summary>JSON lists may hold nulls, whatever their type says.</summary>
    private static void AddNulls(string place, IReadOnlyList<string?>? texts, List<string> mistakes)
    {
        for (var i = 0; i < (texts?.Count ?? 0); i++)
        {
            if (texts![i] is null)
            {
                mistakes.Add($"{place}[{i}]: must be a text.");
            }
        }
    }

    private static LimitDocument ToDocument(LimitDefinition limit) => new(
        limit.Name,
        LimitText.KindText(limit.Kind),
        limit.Amount,
        limit.Burst == 0 ? null : limit.Burst,
        limit.Kind is LimitKind.Rate ? DurationText.Format(limit.Period) : null,
        limit.Kind is LimitKind.Quota ? "month" : null);

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
