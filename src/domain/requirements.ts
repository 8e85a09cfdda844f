/** A Promise that another one needs; any version when none is named (reference, section 1.1). */
export interface Requirement {
  readonly name: string;
  readonly version?: string;
}

/** What is known of a Promise that others may need. */
export interface Offering {
  readonly available: boolean;
  /** Its newest version. */
  readonly version: string;
  /** Versions of which a revision exists. */
  readonly versions: readonly string[];
}

/** The words of the reference, section 3.3. */
export type RequirementState =
  | 'Requirement installed'
  | 'Requirement not installed'
  | 'Requirement not installed at the specified version'
  | 'Requirement not available';

export interface RequirementStatus extends Requirement {
  readonly state: RequirementState;
}

/** A Promise that needs this one. */
export interface Dependent {
  readonly name: string;
  /** Not shown of one without a version label. */
  readonly version?: string;
  readonly requiredVersion?: string;
}

/** Where each requirement stands. */
export function requirementStatuses(
  requires: readonly Requirement[],
  offerings: Readonly<Record<string, Offering>>,
): RequirementStatus[] {
  return requires.map((requirement) => ({ ...requirement, state: stateOf(requirement, offerings[requirement.name]) }));
}

function stateOf({ version = '' }: Requirement, offering: Offering | undefined): RequirementState {
  if (offering === undefined) return 'Requirement not installed';
  if (version !== '' && !offering.versions.includes(version)) {
    return 'Requirement not installed at the specified version';
  }
  return offering.available ? 'Requirement installed' : 'Requirement not available';
}

/** The requirements that stand in the way. */
export function unmet(statuses: readonly RequirementStatus[]): RequirementStatus[] {
  return statuses.filter(({ state }) => state !== 'Requirement installed');
}
