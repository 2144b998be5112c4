using System.Globalization;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Tenants;
using Sluice.Rules;
using Sluice.Silo.Configuration;

namespace Sluice.Silo.Admin;

/// <summary>Between the admin API's documents and the grains' messages.</summary>
internal static class DocumentMapping
{
    public static TenantDocument ToDocument(this TenantDefinition tenant) =>
        new(
            tenant.Tenant,
            tenant.DisplayName,
            NullIfEmpty(tenant.OwnedBy),
            NullIfEmpty(tenant.TimeZone),
            [.. tenant.Limits.Select(ToDocument)],
            tenant.Version);

    public static TenantStateDocument ToDocument(this TenantLiveState state) =>
        new(state.Epoch, state.Version, ToDocuments(state.Limits), state.Calls);

    /// <summary>The tenant, or every mistake in how it is written; what the grain checks is left to it.</summary>
    public static TenantDefinition? ToDefinition(
        this TenantDocument tenant, string name, string ownedBy, List<string> mistakes)
    {
        var limits = ToDefinitions(tenant.Limits, mistakes);
        if (!TenantZone.IsKnown(tenant.TimeZone ?? ""))
        {
            mistakes.Add($"timeZone: '{tenant.TimeZone}' is not {TenantZone.Rule}.");
        }

        return mistakes.Count > 0
            ? null
            : new TenantDefinition
            {
                Tenant = name,
                DisplayName = tenant.DisplayName ?? "",
                OwnedBy = ownedBy,
                TimeZone = tenant.TimeZone ?? "",
                Limits = limits,
            };
    }

    public static PlanDocument ToDocument(this PlanDefinition plan) => new(
        plan.Plan,
        new ModelsDocument(plan.UsableModels, plan.VisibleModels),
        [.. plan.Limits.Select(ToDocument)],
        plan.Degraded is { } degraded
            ? new DegradedDocument(
                DegradedText.ModeText(degraded),
                DegradedText.TimeText(degraded.RateTime),
                DegradedText.TimeText(degraded.Grace),
                DegradedText.TimeText(degraded.VerifiedWithin))
            : null,
        plan.Version,
        NullIfEmpty(plan.OwnedBy),
        FenceText.Of(plan.LenientFence),
        !plan.WithoutChunks,
        plan.ReserveFullCap,
        plan.Metered,
        plan.StopStreams,
        KeyRotationDocument.Of(plan.Rotation),
        [.. plan.Prices.Select(price => new PriceDocument(
            price.Models, price.Input, price.Output, price.Request, price.Image, price.Page))]);

    public static ClientDocument ToDocument(this ClientDefinition client) => new(
        Names.ClientId(client.Tenant, client.Name),
        client.Tenant,
        client.Name,
        client.Plan,
        client.Role,
        client.Suspended,
        [.. client.Limits.Select(ToDocument)],
        NullIfEmpty(client.OwnedBy),
        client.AllowedAddresses,
        ReplayText.Of(client.Replay));

    public static ClientStateDocument ToDocument(this ClientLiveState state) => new(
        state.Epoch,
        state.Plan,
        state.PlanVersion,
        ToDocuments(state.Limits),
        [.. state.Slots.Select(slot => new SlotDocument(
            RequestIdText.Of(slot.RequestId), slot.ExpiresIn.TotalSeconds))],
        [.. state.ShadowLimits.Select(shadow => new ShadowLimitStateDocument(
            shadow.Limit.Name,
            LimitText.KindText(shadow.Limit.Kind),
            shadow.Limit.Unit,
            shadow.Limit.Limit,
            shadow.Limit.Used,
            shadow.Limit.Remaining,
            shadow.WouldRefuse))]);

    /// <summary>The plan, or every mistake in how it is written.</summary>
    public static PlanDefinition? ToDefinition(this PlanDocument plan, string ownedBy, List<string> mistakes)
    {
        var limits = ToDefinitions(plan.Limits, mistakes);
        var degraded = plan.Degraded is { } said
            ? DegradedText.Parse(
                said.Mode, said.RateTime, said.Grace, said.VerifiedWithin,
                (member, mistake) => mistakes.Add($"degraded.{member}: {mistake}"))
            : null;
        var rotation = plan.Rotation?.ToText().Parse(
            (member, mistake) => mistakes.Add($"rotation.{member}: {mistake}"));
        AddNulls("models.use", plan.Models?.Use, mistakes);
        AddNulls("models.see", plan.Models?.See, mistakes);
        var isLenient = FenceText.Parse(plan.Fence);
        if (isLenient is null)
        {
            mistakes.Add($"fence: '{plan.Fence}' is not {FenceText.Rule}.");
        }

        return mistakes.Count > 0
            ? null
            : new PlanDefinition
            {
                Plan = plan.Plan,
                UsableModels = [.. plan.Models?.Use ?? []],
                VisibleModels = [.. plan.Models?.See ?? []],
                Limits = limits,
                ReserveFullCap = plan.ReserveFullCap ?? false,
                Degraded = degraded,
                LenientFence = isLenient is true,
                OwnedBy = ownedBy,
                WithoutChunks = !(plan.Chunks ?? true),
                Metered = plan.Metered ?? false,
                StopStreams = plan.StopStreams ?? false,
                Rotation = rotation,
                Prices = ToDefinitions(plan.Prices),
            };
    }

    private static PriceDefinition[] ToDefinitions(IReadOnlyList<PriceDocument?>? prices) =>
    [
        .. (prices ?? []).Select(price => new PriceDefinition
        {
            Models = price?.Models ?? "",
            Input = price?.Input ?? 0,
            Output = price?.Output ?? 0,
            Request = price?.Request ?? 0,
            Image = price?.Image ?? 0,
            Page = price?.Page ?? 0,
        }),
    ];

    public static LimitDefinition[] ToDefinitions(IReadOnlyList<LimitDocument>? limits, List<string> mistakes)
    {
        var definitions = new List<LimitDefinition>();
        for (var i = 0; i < (limits?.Count ?? 0); i++)
        {
            if (limits![i] is not { } limit)
            {
                mistakes.Add($"limits[{i}]: must be an object.");
                continue;
            }

            void Mistake(string member, string mistake) => mistakes.Add($"limits[{i}].{member}: {mistake}");
            var scope = new ScopeText(
                limit.Models, limit.Endpoints,
                limit.Keys?.Select(key => key.ToString(CultureInfo.InvariantCulture)).ToList(), limit.Addresses)
                .Parse(Mistake);
            if (LimitText.Parse(limit.ToWritten(), Mistake) is { } definition)
            {
                definitions.Add(definition with { Shadow = limit.Shadow, Scope = scope });
            }
        }

        return [.. definitions];
    }

    private static LimitStateDocument[] ToDocuments(LimitLiveState[] limits) =>
        [.. limits.Select(limit => new LimitStateDocument(
            limit.Name,
            LimitText.KindText(limit.Kind),
            UnitText.Format(limit.Unit, limit.UnitName),
            limit.Limit,
            limit.Used,
            Math.Max(0, limit.Limit - limit.Used),
            limit.Reset.TotalSeconds,
            limit.Kind is LimitKind.Quota ? limit.Reserved : null))];

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

    public static LimitDocument ToDocument(this LimitDefinition limit) => new(
        limit.Name,
        LimitText.KindText(limit.Kind),
        limit.Amount,
        limit.Burst == 0 ? null : limit.Burst,
        limit.Kind is LimitKind.Rate ? DurationText.Format(limit.Period) : null,
        limit.Kind is LimitKind.Quota ? CalendarText.Format(limit.Calendar) : null,
        limit.Unit is LimitUnit.Requests ? null : UnitText.Format(limit.Unit, limit.UnitName))
    {
        Shadow = limit.Shadow,
        Models = NullIfEmpty(limit.Scope?.Models),
        Endpoints = NullIfEmpty(limit.Scope?.Endpoints),
        Keys = NullIfEmpty(limit.Scope?.KeyVersions),
        Addresses = NullIfEmpty(limit.Scope?.Addresses),
    };

    private static WrittenLimit ToWritten(this LimitDocument limit) => new()
    {
        Name = limit.Name,
        Kind = limit.Kind,
        Amount = limit.Amount,
        Unit = limit.Unit,
        Burst = limit.Burst,
        Period = limit.Period,
        Calendar = limit.Calendar,
        Rate = limit.Rate,
        Quota = limit.Quota,
    };

    private static T[]? NullIfEmpty<T>(T[]? list) => list is { Length: > 0 } ? list : null;

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
