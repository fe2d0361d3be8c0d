/** The mouths of real models, for tests and measurements: their parameters as Live2D's cores give them. */
import type { MotionSync } from "./motion_sync.ts";
import { readMotionSync } from "./motion_sync.ts";
import type { Ranges } from "./standard_rig_fixture.ts";

export interface MouthModel {
  name: string;
  lipSync: readonly string[];
  ranges: Ranges;
  motionSync?: MotionSync | null;
}

/** Vowels alone. */
export const MAO: MouthModel = {
  name: "Mao",
  lipSync: ["ParamA"],
  ranges: {
    ParamA: [0, 1, 0],
    ParamI: [0, 1, 0],
    ParamU: [0, 1, 0],
    ParamE: [0, 1, 0],
    ParamO: [0, 1, 0],
    ParamMouthUp: [0, 1, 1],
    ParamMouthDown: [0, 1, 0],
  },
};

/** Form and opening; smiles at rest. */
export const HIYORI: MouthModel = {
  name: "Hiyori",
  lipSync: ["ParamMouthOpenY"],
  ranges: { ParamMouthForm: [-2, 1, 1], ParamMouthOpenY: [0, 1, 0] },
};

export const HARU: MouthModel = {
  name: "Haru",
  lipSync: ["ParamMouthOpenY"],
  ranges: { ParamMouthForm: [-1, 1, 1], ParamMouthOpenY: [0, 1, 0] },
};

/** Of Cubism 2, whose opening goes beyond what is usual. */
export const SHIZUKU: MouthModel = {
  name: "Shizuku",
  lipSync: ["PARAM_MOUTH_OPEN_Y"],
  ranges: { PARAM_MOUTH_OPEN_Y: [0, 2, 0], PARAM_MOUTH_FORM: [-1, 1, 1], PARAM_MOUTH_SIZE: [-1, 1, 0] },
};

/** All parameters of VBridger; its owner has put two of them into the group for lip sync. */
export const VBRIDGER: MouthModel = {
  name: "VBridger",
  lipSync: ["ParamMouthOpenY", "ParamMouthPressLipOpen"],
  ranges: {
    ParamMouthOpenY: [0, 1, 0],
    ParamMouthForm: [-1, 1, 0],
    ParamJawOpen: [0, 1, 0],
    ParamMouthFunnel: [0, 1, 0],
    ParamMouthPuckerWiden: [-1, 1, 0],
    ParamMouthShrug: [0, 1, 0],
    ParamMouthPressLipOpen: [-1, 1, 0],
    ParamMouthX: [-1, 1, 0],
  },
};

/** Without a group for lip sync. */
export const UNGROUPED: MouthModel = {
  name: "no LipSync group",
  lipSync: [],
  ranges: { ParamAngleX: [-30, 30, 0], PARAM_MOUTH_OPEN_Y: [0, 1, 0] },
};

/** As Cubism's editor writes it for the vowels of a mouth with form and opening. */
const MOTION_SYNC_FILE = {
  Version: 1,
  Meta: { SettingCount: 1, Dictionary: [{ Id: "MotionSyncSetting1", Name: "Mouth" }] },
  Settings: [{
    Id: "MotionSyncSetting1",
    AnalysisType: "CRI",
    UseCase: "Mouth",
    CubismParameters: ["ParamMouthForm", "ParamMouthOpenY"].map((Id) => ({
      Id,
      Name: Id,
      Min: -1,
      Max: 1,
      Damper: 0,
      Smooth: 0,
    })),
    AudioParameters: ["Silence", "A", "I", "U", "E", "O"].map((Id) => ({
      Id,
      Name: Id,
      Min: 0,
      Max: 1,
      Scale: 1,
      Enabled: true,
    })),
    Mappings: Object.entries({
      Silence: [0.5, 0],
      A: [0, 0.9],
      I: [1, 0.2],
      U: [-1, 0.3],
      E: [0.4, 0.5],
      O: [-0.6, 0.7],
    })
      .map(([Id, [form, open]]) => ({
        Type: "Shape",
        Id,
        Targets: [{ Id: "ParamMouthForm", Value: form }, { Id: "ParamMouthOpenY", Value: open }],
      })),
    PostProcessing: { BlendRatio: 0.3, Smoothing: 40, SampleRate: 60 },
  }],
};

/** Its owner has set up motion-sync. */
export const SYNCED: MouthModel = {
  name: "motion-sync",
  lipSync: ["ParamMouthOpenY"],
  ranges: { ParamMouthForm: [-1, 1, 0], ParamMouthOpenY: [0, 1, 0] },
  motionSync: readMotionSync(MOTION_SYNC_FILE),
};

export const MOUTH_MODELS: readonly MouthModel[] = [MAO, HIYORI, HARU, SHIZUKU, VBRIDGER, UNGROUPED, SYNCED];
